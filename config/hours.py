"""When the organisation works, on the clocks of its own time zone."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from config.section import Section

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_TIMES = re.compile(r"(\d{1,2}):([0-5]\d)\s*-\s*(\d{1,2}):([0-5]\d)")
_RULE = re.compile(r"([a-z]{3}(?:\s*[-,]\s*[a-z]{3})*)\s+(.+)")
_DATES = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?\s+(.+)")
_CLOSED = "closed"
_LONGEST = timedelta(days=366)


class Span(NamedTuple):
    """Minutes of one day, from the first until before the second."""

    start: int
    end: int


class HoursSettings(Section):
    """`weekly` are lines like "mon-fri 09:00-12:00, 13:00-18:00" or "sat,sun 10:00-16:00"; times that
    end before they begin go over midnight. `days` are exceptions: "2026-10-01..2026-10-07 closed",
    "2026-10-10 09:00-18:00"; the last one that names a date holds."""

    weekly: tuple[str, ...] = Field(default=("mon-sun 09:00-21:00",), min_length=1)
    days: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        """Raises ValueError that quotes the wrong line."""
        if not any(self.week.values()):
            raise ValueError("the weekly hours are never open")
        _ = self.exceptions
        return self

    @property
    def week(self) -> dict[int, tuple[Span, ...]]:
        """What is open by weekday, Monday is 0."""
        found: dict[int, list[Span]] = {day: [] for day in range(len(_WEEKDAYS))}
        for line in self.weekly:
            rule = _RULE.fullmatch(line.strip().lower())
            if rule is None:
                raise ValueError(f"{line!r} is not like 'mon-fri 09:00-18:00'")
            spans = _spans(rule[2], line)
            for weekday in _weekdays(rule[1], line):
                for span in spans:
                    found[weekday].append(Span(span.start, min(span.end, _DAY)))
                    if span.end > _DAY:
                        found[(weekday + 1) % len(_WEEKDAYS)].append(Span(0, span.end - _DAY))
        return {day: _joined(spans) for day, spans in found.items()}

    @property
    def exceptions(self) -> Mapping[date, tuple[Span, ...]]:
        """What is open on a date that has hours of its own."""
        found: dict[date, tuple[Span, ...]] = {}
        for line in self.days:
            rule = _DATES.fullmatch(line.strip().lower())
            if rule is None:
                raise ValueError(f"{line!r} is not like '2026-10-01 closed'")
            spans = () if rule[3] == _CLOSED else _joined(_spans(rule[3], line))
            if any(span.end > _DAY for span in spans):
                raise ValueError(f"{line!r} goes over midnight: write a line for each date")
            for day in _dates(rule[1], rule[2] or rule[1], line):
                found[day] = spans
        return found


def _weekdays(said: str, line: str) -> Iterator[int]:
    for part in re.split(r"\s*,\s*", said):
        names = re.split(r"\s*-\s*", part)
        unknown = [name for name in names if name not in _WEEKDAYS]
        if unknown or len(names) > 2:
            raise ValueError(f"{line!r}: days are {', '.join(_WEEKDAYS)}")
        first, last = _WEEKDAYS.index(names[0]), _WEEKDAYS.index(names[-1])
        for step in range((last - first) % len(_WEEKDAYS) + 1):
            yield (first + step) % len(_WEEKDAYS)


def _spans(said: str, line: str) -> list[Span]:
    """An end after 24:00 is on the next day."""
    found = []
    for part in said.split(","):
        times = _TIMES.fullmatch(part.strip())
        if times is None:
            raise ValueError(f"{line!r}: {part.strip()!r} is not like '09:00-18:00'")
        start, end = (int(times[n]) * 60 + int(times[n + 1]) for n in (1, 3))
        if start >= _DAY or end > _DAY or start == end:
            raise ValueError(f"{line!r}: {part.strip()!r} are no times of a day")
        found.append(Span(start, end if end > start else end + _DAY))
    return found


def _dates(first: str, last: str, line: str) -> Iterator[date]:
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise ValueError(f"{line!r} names a date that does not exist") from None
    if not start <= end <= start + _LONGEST:
        raise ValueError(f"{line!r} must go forward, for a year at most")
    for step in range((end - start).days + 1):
        yield start + timedelta(days=step)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """In order, those that touch as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if span.start == span.end:
            continue
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
