"""Dates and named stretches of the calendar as spans of days, seen from one day."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tools.reading.chinese import value_of
from tools.reading.shapes import MONTHS
from tools.reading.tables import table

_DAY = timedelta(days=1)
_MONTH_NAMES: list[str] = table("periods")["months"]
_WEEKDAY_NAMES: list[str] = table("periods")["weekdays"]
_WEEKDAYS = "一二三四五六日"
_PARTS = {
    "<N>": r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})",
    "<MONTH>": f"(?:{MONTHS})",
    "<TH>": "(?:st|nd|rd|th)?",
    "<YEAR>": r"(?:(?P<y>20\d\d)年?[- ]?|(?P<ry>今年|去年|前年|last year'?s? |this year'?s? ))?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days said at `text[at:until]`; `whole` when the words name a unit of the calendar (a month,
    a quarter) and not days, `name` when the contract has a name for it."""

    first: date
    last: date
    at: int
    until: int
    whole: bool = False
    name: str | None = None


_Found = tuple[date, date] | None


def stretches(plain: str, today: date) -> Iterator[Stretch]:
    """Every date, month, quarter, half year, year and weekday of normalised text."""
    for pattern, resolve, whole in _PATTERNS:
        for match in pattern.finditer(plain):
            try:
                found = resolve(match, today)
            except ValueError:
                continue  # 2月30号 and the like are no dates
            if found:
                first, last = found
                yield Stretch(
                    first=first, last=last, at=match.start(), until=match.end(), whole=whole
                )


def months_later(day: date, count: int) -> date:
    """The same day `count` months on, or the last of a month that is shorter."""
    years, month_index = divmod(day.year * 12 + day.month - 1 + count, 12)
    first = date(years, month_index + 1, 1)
    following = date(years + month_index // 11, (month_index + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def quarter(day: date) -> tuple[date, date]:
    """The quarter that `day` lies in."""
    return _quarter(day.year, (day.month - 1) // 3 + 1)


def month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, months_later(first, 1) - _DAY


def year(number: int) -> tuple[date, date]:
    return date(number, 1, 1), date(number, 12, 31)


def _quarter(number: int, index: int) -> tuple[date, date]:
    first = date(number, 3 * index - 2, 1)
    return first, months_later(first, 3) - _DAY


def _full_date(match: re.Match[str], today: date) -> _Found:
    day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    return day, day


def _month_day(match: re.Match[str], today: date) -> _Found:
    number, said = _month(match["m"]), _number(match["d"])
    given = _given_year(match, today)
    day = date(given or today.year, number, said)
    if given is None and day > today:
        day = day.replace(year=today.year - 1)
    return day, day


def _dotted_range(match: re.Match[str], today: date) -> _Found:
    first = date(today.year, int(match["m"]), int(match["d"]))
    last = date(today.year, int(match["m2"]), int(match["d2"]))
    if first > today:
        first, last = months_later(first, -12), months_later(last, -12)
    return (first, last) if first <= last else None


def _day_only(match: re.Match[str], today: date) -> _Found:
    month_said = match.groupdict().get("rel")
    number = _number(match["d"])
    last_month = today.replace(day=1) - _DAY
    this_month = number <= today.day if month_said is None else month_said[0] != "上"
    day = (today if this_month else last_month).replace(day=number)
    return day, day


def _whole_month(match: re.Match[str], today: date) -> _Found:
    number, given = _month(match["m"]), _given_year(match, today)
    first = date(given or today.year, number, 1)
    if given is None and first > today:
        first = first.replace(year=today.year - 1)
    return month(first)


def _whole_quarter(match: re.Match[str], today: date) -> _Found:
    index, given = _number(match["q"]), _given_year(match, today)
    first, last = _quarter(given or today.year, index)
    if given is None and first > today:
        return _quarter(today.year - 1, index)
    return first, last


def _half_year(match: re.Match[str], today: date) -> _Found:
    second = (match["h"] or match["half"]) in ("下", "2")
    given = _given_year(match, today)
    number = given or today.year
    if given is None and second and today.month < 7:
        number -= 1
    return (
        (date(number, 7, 1), date(number, 12, 31))
        if second
        else (date(number, 1, 1), date(number, 6, 30))
    )


def _whole_year(match: re.Match[str], today: date) -> _Found:
    return year(int(match["y"]))


def _weekday(match: re.Match[str], today: date) -> _Found:
    said = match["d"]
    if said in _WEEKDAYS + "天":
        index = _WEEKDAYS.index(said.replace("天", "日"))
    else:
        index = _WEEKDAY_NAMES.index(said[:3])
    monday = today - today.weekday() * _DAY
    week = match["week"] or ""
    if week.startswith("上上"):
        day = monday + (index - 14) * _DAY
    elif week.startswith("上"):
        day = monday + (index - 7) * _DAY
    else:
        back = (today.weekday() - index) % 7
        # "last Friday" on a Friday is the one a week ago.
        day = today - (back or (7 if week.startswith("last") else 0)) * _DAY
    return day, day


def _given_year(match: re.Match[str], today: date) -> int | None:
    groups = match.groupdict()
    if groups.get("y") or groups.get("y2"):
        return int(groups.get("y") or groups["y2"] or 0)
    relative = (groups.get("ry") or "").strip()
    if not relative:
        return None
    return today.year - {"去": 1, "l": 1, "前": 2}.get(relative[0], 0)


def _month(said: str) -> int:
    if said[:3] in _MONTH_NAMES:
        return _MONTH_NAMES.index(said[:3]) + 1
    return _number(said)


def _filled(pattern: str) -> str:
    """A pattern of the table with its parts in their places."""
    for part, words in _PARTS.items():
        pattern = pattern.replace(part, words)
    return pattern


def _number(said: str) -> int:
    return int(said) if said.isdecimal() else int(value_of(said) or 0)


_RESOLVERS: dict[str, Callable[[re.Match[str], date], _Found]] = {
    "full_date": _full_date,
    "month_day": _month_day,
    "dotted_range": _dotted_range,
    "day_only": _day_only,
    "weekday": _weekday,
    "whole_month": _whole_month,
    "whole_quarter": _whole_quarter,
    "half_year": _half_year,
    "whole_year": _whole_year,
}
_UNITS = frozenset({"whole_month", "whole_quarter", "half_year", "whole_year"})
_PATTERNS = [
    (re.compile(_filled(pattern)), _RESOLVERS[name], name in _UNITS)
    for name, patterns in table("dates").items()
    for pattern in patterns
]
