"""Times of day as people write them, in Chinese and English."""

import re
from datetime import time

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
           "九": 9}  # fmt: skip
_PART = r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|早|晚)?"
_HOUR = r"(?P<hour>\d{1,2}|[零一二两三四五六七八九十]{1,3})"
_TIME = re.compile(
    rf"{_PART}\s*{_HOUR}\s*(?:"
    r"(?:点钟?|时)(?:(?P<half>半)|(?P<minute_zh>\d{1,2})分?)?"
    r"|:(?P<minute>\d{2})\s*(?P<half_day>am|pm)?"
    r"|\s*(?P<half_day_only>am|pm)\b)"
)
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚", "pm"})
_NIGHT = frozenset({"夜里", "半夜", "深夜"})


def times_in(text: str) -> list[time]:
    """Every time of day that folded `text` names, in its order."""
    return [found for match in _TIME.finditer(text) if (found := _time(match)) is not None]


def _time(match: re.Match[str]) -> time | None:
    part = match["part"] or match["half_day"] or match["half_day_only"] or ""
    hour = _number(match["hour"])
    minute = 30 if match["half"] else int(match["minute_zh"] or match["minute"] or 0)
    if (part in _AFTERNOON and hour < 12) or (part in _NIGHT and 6 <= hour < 12):
        hour += 12
    if (part in ("am", "凌晨", *_NIGHT) and hour == 12) or hour == 24:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return _DIGITS[text[-1]]
