"""Days, weeks, months and years as people write them, in Chinese and English.

Everything works on folded text. What leaves its year open ("5月2日", "in July") stands for that day
in several years, the nearest first.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
           "八": 8, "九": 9}  # fmt: skip
_MONTHS = {
    name[:3]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), start=1,
    )
}  # fmt: skip
_WEEKDAYS = {
    name: day for day, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}
_HAN_WEEKDAYS = {name: day for day, name in enumerate("一二三四五六日")} | {"天": 6}
_N = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_COUNT = (
    r"\d{1,3}|[一二两三四五六七八九十]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten"
)
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?day"
_COUNTS = {
    name: number
    for number, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_LENGTHS = {
    "天": 1, "日": 1, "周": 7, "个星期": 7, "星期": 7, "个月": 30, "年": 365,
    "day": 1, "week": 7, "month": 30, "year": 365,
}  # fmt: skip
_DAYS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今日": 0, "今晚": 0,
    "今早": 0, "明天": 1, "明日": 1, "明晚": 1, "明早": 1, "后天": 2, "大后天": 3,
    "yesterday": -1, "last night": -1, "today": 0, "tonight": 0, "tomorrow": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included."""

    first: date
    last: date

    def distance(self, day: date) -> int:
        """Days between `day` and the span, 0 inside it."""
        return max(0, (self.first - day).days, (day - self.last).days)


Mention = tuple[Span, ...]


def mentions_in(text: str, today: date) -> list[Mention]:
    """Every time that folded `text` names, seen from `today`; each with the readings it may have."""
    found: list[Mention] = []
    for pattern, read in _READERS:
        text = pattern.sub(lambda match, read=read: _collect(match, read, today, found), text)  # type: ignore[misc]
    return found


def day_told(text: str, said_on: date) -> date | None:
    """The day that folded `text`, said on that day, speaks of; of a longer time its first day."""
    found = mentions_in(text, said_on)
    return found[0][0].first if found else None


def _collect(match: re.Match[str], read: "Reader", today: date, found: list[Mention]) -> str:
    """What was read is blanked, so that no other reader takes a part of it."""
    try:
        mention = tuple(sorted(read(match, today), key=lambda span: span.distance(today)))
    except (ValueError, OverflowError):
        return match.group()
    if not mention:
        return match.group()
    found.append(mention)
    return " " * len(match.group())


Reader = Callable[[re.Match[str], date], Iterator[Span]]


def _full_day(match: re.Match[str], today: date) -> Iterator[Span]:
    parts = match.groupdict()
    month, day = _month(parts["month"]), _number(parts["day"])
    for year in _years(parts.get("year"), today):
        try:
            at = date(year, month, day)
        except ValueError:  # the 29th of February of most years
            continue
        yield Span(at, at)


def _whole_month(match: re.Match[str], today: date) -> Iterator[Span]:
    parts = match.groupdict()
    for year in _years(parts.get("year"), today):
        yield month_of(date(year, _month(parts["month"]), 1))


def _whole_year(match: re.Match[str], today: date) -> Iterator[Span]:
    year = today.year + {"去年": -1, "前年": -2, "今年": 0, "last year": -1, "this year": 0}.get(
        match.group(), int(match["year"] or 0) - today.year if match["year"] else 0
    )
    yield Span(date(year, 1, 1), date(year, 12, 31))


def _near_day(match: re.Match[str], today: date) -> Iterator[Span]:
    at = today + timedelta(days=_DAYS[match.group()])
    yield Span(at, at)


def _ago(match: re.Match[str], today: date) -> Iterator[Span]:
    count = _number(match["count"])
    unit, later = match["unit"], match["way"] in ("后", "later", "from now")
    length = next(days for name, days in _LENGTHS.items() if unit.startswith(name))
    slack = length // 2
    at = today + timedelta(days=length * count * (1 if later else -1))
    yield Span(at - timedelta(days=slack), at + timedelta(days=slack))


def _week_or_month(match: re.Match[str], today: date) -> Iterator[Span]:
    steps = {"上": -1, "last": -1, "下": 1, "next": 1}.get(match["which"], 0)
    if match["unit"] in ("月", "month"):
        months = today.year * 12 + today.month - 1 + steps
        yield month_of(date(months // 12, months % 12 + 1, 1))
        return
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=steps)
    if "day" in match.groupdict() and match["day"]:
        at = monday + timedelta(days=_HAN_WEEKDAYS[match["day"]])
        yield Span(at, at)
    else:
        yield Span(monday, monday + timedelta(days=6))


def _weekday(match: re.Match[str], today: date) -> Iterator[Span]:
    ahead = (_WEEKDAYS[match["weekday"]] - today.weekday()) % 7
    at = today + timedelta(days=(ahead or 7) if match["which"] == "next" else ahead - 7)
    yield Span(at, at)


def month_of(first: date) -> Span:
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Span(first, following - timedelta(days=1))


_YEAR = r"(?P<year>(?:19|20)\d{2})"
_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})"), _full_day),
    (re.compile(rf"(?:{_YEAR}年)?(?P<month>{_N})月(?P<day>{_N})[日号]?"), _full_day),
    (re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? {_YEAR})?"), _full_day),
    (re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? {_YEAR})?"), _full_day),
    (re.compile(rf"(?:{_YEAR}年)?(?<!\d)(?P<month>{_N})月(?:份|初|中旬?|底|末)?"), _whole_month),
    (re.compile(rf"\b{_MONTH},? {_YEAR}"), _whole_month),
    (re.compile(rf"\b(?:in|during|last|this|of|since|by|early|late|mid) ?-?{_MONTH}\b"), _whole_month),
    (re.compile("|".join(sorted(_DAYS, key=len, reverse=True))), _near_day),
    (re.compile(rf"(?P<count>{_COUNT}) ?(?P<unit>天|日|周|个?星期|个月|年|days?|weeks?|months?|years?) ?(?P<way>前|后|之前|以前|ago|later|from now)"), _ago),
    (re.compile(r"(?P<which>上|这|本|下)(?:个?)(?P<unit>周|星期|礼拜)(?P<day>[一二三四五六日天])?"), _week_or_month),
    (re.compile(r"(?P<which>上|这|本|下)个?(?P<unit>月)"), _week_or_month),
    (re.compile(r"\b(?P<which>last|this|next) (?P<unit>week(?:end)?|month)\b"), _week_or_month),
    (re.compile(rf"\b(?P<which>last|next|on) {_WEEKDAY}"), _weekday),
    (re.compile(rf"去年|前年|今年|\blast year\b|\bthis year\b|\b(?:in |of |during )?{_YEAR}(?:年|\b)"), _whole_year),
)  # fmt: skip


def _years(year: str | None, today: date) -> range | tuple[int]:
    return (int(year),) if year else range(today.year - 1, today.year + 2)


def _month(text: str) -> int:
    return _MONTHS[text[:3]] if text[:3] in _MONTHS else _number(text)


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if text in _COUNTS:
        return _COUNTS[text]
    if text in ("a", "an"):
        return 1
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return _DIGITS[text[-1]]
