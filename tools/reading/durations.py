"""Lengths of time and how many of something: days, windows (24h, 7d), limits."""

import re
from decimal import Decimal

from tools.reading.base import Reading
from tools.reading.chinese import DIGITS, value_of
from tools.reading.normal import normalise
from tools.reading.numbers import Number, numbers

_HOUR = re.compile(r"h|小时|钟头")
_DAYS_IN = [
    (re.compile(r"天|日|d"), 1),
    (re.compile(r"周|星期|礼拜|w"), 7),
    (re.compile(r"月|mo"), 30),
    (re.compile(r"季|q"), 90),
]
_ONE = re.compile(
    r"(?<![a-z])(?:a|one|per|the (?:last|past)|last|past|each) "
    r"(?P<unit>hour|day|week|month)(?![a-z])"
    r"|(?P<fortnight>fortnight)|(?P<zh>整?[天周月])之内"
)
_NOT_PER_DAY = re.compile(r"[\d元块刀%$]\s?(?:a|per|/)? ?$")
# "一天两百" says how much a day, not how long.
_PER_DAY = re.compile(rf"\s?(?:给|花|要|就|到|投)?\s?(?:[\d{DIGITS}]|¥|\$)")
_DAYS_SAID = re.compile(
    r"(?<![\d月.])(\d{1,3})\s?日(?=内|之内|$|的)"
    rf"|(?:近|过去|连续|最近|前)(\d{{1,3}}|[{DIGITS}十]{{1,3}})日"
)
_LAST_DAY = re.compile(r"当天|当日|单日|(?<!\d)日内")
_FIRST = re.compile(
    r"(?:前|头|最新的?|最近的?|最多|只要|列|给我|来|top|first|latest|newest|last|limit(?: to)?|最高的|最好的"
    r"|show(?: me)?|just|only|up to|max)\s?$"
)
_RANK = re.compile(r"(?:前|头|top|first|latest|newest|best|limit(?: to)?|最多|最新|最近)的?\s?$")
_COUNTED = re.compile(
    r"\s?(?:newest|latest|best|hottest|top|most recent)(?![a-z])"
    r"|\s?(?:[a-z]+ ){0,2}(?:leads?|customers?|results?|of (?:them|those))(?![a-z])"
)
_MOST_DAYS, _MOST_HOURS, _MOST_ROWS = 365, 999, 1000


def days(text: str) -> list[Reading]:
    """Whole days: 7天 is 7, 两周 is 14, a week is 7; a bare number answers how many days."""
    plain = normalise(text)
    found = [
        Reading(value=int(length), start=number.start, end=number.end)
        for number in numbers(text)
        if number.unit == "time"
        and (length := _in_days(plain, number))
        and length >= 1
        and not (length == 1 and _PER_DAY.match(plain, number.end))
    ]
    found += [
        Reading(value=_days_of(match), start=match.start(), end=match.end())
        for match in _ONE.finditer(plain)
        if not (match["unit"] in ("hour", "day") or _NOT_PER_DAY.search(plain[: match.start()]))
    ]
    found += _days_said(plain)
    if not found:
        found = [_whole(n) for n in numbers(text) if n.unit == "plain" and _is_all(plain, n)]
    return sorted((r for r in found if r.value <= _MOST_DAYS), key=lambda reading: reading.start)


def windows(text: str) -> list[Reading]:
    """A stretch of time to look back on, "24h" or "3d"."""
    plain = normalise(text)
    found: list[Reading] = []
    for number in numbers(text):
        length = _in_days(plain, number) if number.unit == "time" else None
        if number.unit == "time" and _HOUR.search(plain, number.figure_end, number.end):
            found += _window(number.value, "h", number.start, number.end)
        elif length:
            found += _window(length, "d", number.start, number.end)
    for match in _ONE.finditer(plain):
        if not _NOT_PER_DAY.search(plain[: match.start()]):
            letter, length = ("h", Decimal(1)) if match["unit"] == "hour" else ("d", None)
            found += _window(length or Decimal(_days_of(match)), letter, *match.span())
    for match in _LAST_DAY.finditer(plain):
        found += _window(Decimal(1), "d", *match.span())
    for said in _days_said(plain):
        found += _window(Decimal(said.value), "d", said.start, said.end)
    return sorted(found, key=lambda reading: reading.start)


def limits(text: str) -> list[Reading]:
    """How many rows: 前5个, top 5, 给我三条. A ranked number wins over a counted one."""
    plain = normalise(text)
    ranked: list[Reading] = []
    counted: list[Reading] = []
    for number in numbers(text):
        if number.unit not in ("plain", "count") or not 1 <= number.value <= _MOST_ROWS:
            continue
        if _RANK.search(plain, 0, number.start):
            ranked.append(_whole(number))
        elif _is_count(plain, number):
            counted.append(_whole(number))
    return [reading for reading in ranked or counted if reading.value is not None]


def _is_count(plain: str, number: Number) -> bool:
    if number.unit == "count":
        return number.value > 1
    return bool(
        _FIRST.search(plain, 0, number.start)
        or _COUNTED.match(plain, number.end)
        or _is_all(plain, number)
    )


def _is_all(plain: str, number: Number) -> bool:
    return plain.strip(" .。!~") == plain[number.start : number.end].strip()


def _in_days(plain: str, number: Number) -> Decimal | None:
    unit = plain[number.figure_end : number.end].strip(" -个")
    for words, length in _DAYS_IN:
        if words.match(unit):
            return number.value * length
    return None


def _days_of(match: re.Match[str]) -> int:
    if match["fortnight"]:
        return 14
    unit = match["unit"] or {"天": "day", "周": "week", "月": "month"}[match["zh"][-1]]
    return {"hour": 0, "day": 1, "week": 7, "month": 30}[unit]


def _days_said(plain: str) -> list[Reading]:
    found: list[Reading] = []
    for match in _DAYS_SAID.finditer(plain):
        said = match[1] or match[2]
        length = int(said) if said.isdecimal() else int(value_of(said) or 0)
        if length:
            found.append(Reading(value=length, start=match.start(), end=match.end()))
    return found


def _window(length: Decimal, letter: str, start: int, end: int) -> list[Reading]:
    if length != int(length) or not 1 <= length <= _MOST_HOURS:
        return []
    return [Reading(value=f"{int(length)}{letter}", start=start, end=end)]


def _whole(number: Number) -> Reading:
    return Reading(value=int(number.value), start=number.start, end=number.end)
