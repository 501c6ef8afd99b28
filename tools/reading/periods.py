"""Periods of the contract out of people's words: its own names where it has one, else days."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tools.periods import resolve
from tools.reading import dates
from tools.reading.base import Reading
from tools.reading.chinese import value_of
from tools.reading.dates import Stretch, months_later
from tools.reading.normal import normalise
from tools.reading.numbers import numbers
from tools.reading.tables import table

_TABLE = table("periods")
_NAMES = {name: re.compile(words) for name, words in _TABLE["names"].items()}
_BACK = {name: re.compile(words) for name, words in _TABLE["back"].items()}
_COUNTED_BEFORE = re.compile(_TABLE["counted_before"])
_COUNTED_AFTER = re.compile(_TABLE["counted_after"])
_RUNS_BEFORE = re.compile(_TABLE["runs_before"])
_AGO = re.compile(_TABLE["ago"])
_SINCE = re.compile(_TABLE["since"])
_UNTIL_NOW = re.compile(_TABLE["until_now"])
_JOINS = re.compile(_TABLE["joins"])
_PAIRS = re.compile(_TABLE["pairs"])
_BETWEEN = re.compile(_TABLE["between"])
_BARE_DAY = re.compile(
    r"(\d{1,2}|[一二三四五六七八九十]{1,3})(?:[日号]|st|nd|rd|th)?"
    r"(?![\d月:/%a-z-]|[年天个]|号?(?:活动|线索|客户|计划|规则|测试|素材))"
)
_SAID_DAYS = re.compile(r"(?:最近|过去|近|前)(\d{1,3}|[一二三四五六七八九十]{1,3})日(?![到至-])")
_CODES = {7: "last_7_days", 30: "last_30_days"}
_DAYS_IN = {"天": 1, "d": 1, "周": 7, "星": 7, "礼": 7, "w": 7, "月": 30, "m": 30}
_MONTHS_IN = {"月": 1, "m": 1, "季": 3, "q": 3, "年": 12, "y": 12}
_LONGEST_YEARS = 20
_DAY = timedelta(days=1)


def periods(text: str, now: datetime) -> list[Reading]:
    """Periods in the order said. `now` is aware, in the organisation's zone."""
    plain, today = normalise(text), now.date()
    found = [
        *_named(plain, today),
        *dates.stretches(plain, today),
        *_counted(text, plain, today),
    ]
    joined = _joined(plain, _apart(found))
    return [_reading(_since(plain, stretch, today), today) for stretch in joined]


def _named(plain: str, today: date) -> Iterator[Stretch]:
    for name, words in _NAMES.items():
        days = resolve(name, today)
        for match in words.finditer(plain):
            yield Stretch(
                first=days.start, last=days.end, at=match.start(), until=match.end(),
                whole=True, name=name,
            )  # fmt: skip
    for name, words in _BACK.items():
        for match in words.finditer(plain):
            first, last = _back(name, today)
            yield Stretch(
                first=first, last=last, at=match.start(), until=match.end(), whole=True
            )  # fmt: skip


def _back(name: str, today: date) -> tuple[date, date]:
    """The days of one of the table's `back` names."""
    monday = today - today.weekday() * _DAY
    quarter_first = dates.quarter(today)[0]
    match name:
        case "before_yesterday":
            return today - 2 * _DAY, today - 2 * _DAY
        case "three_days_ago":
            return today - 3 * _DAY, today - 3 * _DAY
        case "last_two_days":
            return today - _DAY, today
        case "last_two_weeks":
            return today - 13 * _DAY, today
        case "week_before_last":
            return monday - 14 * _DAY, monday - 8 * _DAY
        case "month_before_last":
            return dates.month(months_later(today, -2))
        case "this_quarter":
            return dates.quarter(today)
        case "last_quarter":
            return dates.quarter(quarter_first - _DAY)
        case "this_weekend":
            return monday + 5 * _DAY, monday + 6 * _DAY
        case "last_weekend":
            return monday - 2 * _DAY, monday - _DAY
        case _:
            back = {"this_year": 0, "last_year": 1, "year_before_last": 2}[name]
            return dates.year(today.year - back)


def _counted(text: str, plain: str, today: date) -> Iterator[Stretch]:
    """最近14天, past three weeks, 7天的趋势, 3 days ago."""
    for match in _SAID_DAYS.finditer(plain):
        days = int(match[1]) if match[1].isdecimal() else int(value_of(match[1]) or 0)
        if days:
            yield _until_today(days, today, match.start(), match.end())
    for number in numbers(text):
        unit = (
            plain[number.figure_end : number.end].strip(" -个")[:1] if number.unit == "time" else ""
        )
        first = _first_of(number.value, unit, today)
        if first is None:
            continue
        before = _COUNTED_BEFORE.search(plain, 0, number.start)
        after = _COUNTED_AFTER.match(plain, number.end)
        until = after.end() if after else number.end
        ago = _AGO.match(plain, number.end)
        if ago:
            if unit in "天d":
                day = first - _DAY
                yield Stretch(first=day, last=day, at=number.start, until=ago.end())
        elif before or not _RUNS_BEFORE.search(plain, 0, number.start):
            at = before.start() if before else number.start
            yield _until_today((today - first).days + 1, today, at, until)


def _first_of(count: Decimal, unit: str, today: date) -> date | None:
    """The first of `count` units that end today; None for hours and for what is too long ago."""
    if unit in _MONTHS_IN and count * _MONTHS_IN[unit] > 1:
        months = int(count * _MONTHS_IN[unit])
        in_reach = months <= _LONGEST_YEARS * 12
        return months_later(today, -months) + _DAY if in_reach else None
    days = int(count * _DAYS_IN.get(unit, 0))
    return today - (days - 1) * _DAY if 0 < days <= _LONGEST_YEARS * 366 else None


def _until_today(days: int, today: date, at: int, until: int) -> Stretch:
    first = today - (days - 1) * _DAY
    return Stretch(first=first, last=today, at=at, until=until, whole=True, name=_CODES.get(days))


def _apart(found: Iterable[Stretch]) -> list[Stretch]:
    """The longest of those that overlap, in the order said."""
    kept: list[Stretch] = []
    for stretch in sorted(found, key=lambda each: (each.at - each.until, each.at)):
        if all(stretch.until <= other.at or other.until <= stretch.at for other in kept):
            kept.append(stretch)
    return sorted(kept, key=lambda stretch: stretch.at)


def _joined(plain: str, stretches: list[Stretch]) -> list[Stretch]:
    """10月1号到15号, Monday to Friday, 昨天和今天 as one."""
    joined: list[Stretch] = []
    for stretch in (_with_bare_day(plain, each) for each in stretches):
        previous = joined[-1] if joined else None
        if previous and stretch.at < previous.until:
            continue
        if previous and _belong(plain, previous, stretch):
            between = _BETWEEN.search(plain, 0, previous.at)
            start = between.start() if between else previous.at
            joined[-1] = replace(_span(previous, stretch), at=start)
        else:
            joined.append(stretch)
    return joined


def _with_bare_day(plain: str, stretch: Stretch) -> Stretch:
    """A day that leans on the date before it ("Oct 1 to 15")."""
    join = _JOINS.match(plain, stretch.until)
    bare = _BARE_DAY.match(plain, join.end()) if join and not stretch.whole else None
    day = (int(bare[1]) if bare[1].isdecimal() else int(value_of(bare[1]) or 0)) if bare else 0
    if bare is None or not 1 <= day <= 31:
        return stretch
    month_first, month_last = dates.month(stretch.first)
    if day < stretch.first.day:
        month_first, month_last = dates.month(month_last + _DAY)
    if day > month_last.day:
        return stretch
    return replace(stretch, last=month_first.replace(day=day), until=bare.end())


def _belong(plain: str, first: Stretch, second: Stretch) -> bool:
    if _JOINS.fullmatch(plain, first.until, second.at):
        return True
    if not _PAIRS.fullmatch(plain, first.until, second.at):
        return False
    return second.first == first.last + _DAY or _BETWEEN.search(plain, 0, first.at) is not None


def _span(first: Stretch, second: Stretch) -> Stretch:
    start = first.first
    if start > second.last:
        start = months_later(start, -12)
    whole = first.whole and second.whole
    return Stretch(first=start, last=second.last, at=first.at, until=second.until, whole=whole)


def _since(plain: str, stretch: Stretch, today: date) -> Stretch:
    before = _SINCE.search(plain, 0, stretch.at)
    after = _UNTIL_NOW.match(plain, stretch.until)
    reaches_today = stretch.name is not None and stretch.last == today
    if stretch.first > today or not (before or after) or reaches_today:
        return stretch
    return Stretch(
        first=stretch.first, last=today,
        at=before.start() if before else stretch.at,
        until=after.end() if after else stretch.until,
    )  # fmt: skip


def _reading(stretch: Stretch, today: date) -> Reading:
    last = stretch.last
    if stretch.whole and stretch.first <= today < last:
        # A month or quarter under way ends today.
        last = today
    value = stretch.name or f"{stretch.first.isoformat()}..{last.isoformat()}"
    return Reading(value=value, start=stretch.at, end=stretch.until)
