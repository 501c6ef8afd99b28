"""Working time: when people are there, and how long something takes on their clocks.

Opening and closing are times of the organisation's clocks. A time that the clocks show twice in an
autumn night is meant the first time, one that they skip in a spring night is the moment of the skip.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from config.hours import HoursSettings
from tools.context import ToolContext

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


class Hours:
    """All moments are aware; those that come back are in UTC."""

    def __init__(self, settings: HoursSettings, zone: ZoneInfo) -> None:
        self.zone = zone
        self._week = settings.week
        self._exceptions = settings.exceptions

    @classmethod
    def of(cls, context: ToolContext) -> Self:
        return cls(context.hours, context.timezone)

    def is_open(self, at: datetime) -> bool:
        start, end = next(self._open_from(at))
        return start <= at < end

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while it is open."""
        start, _ = next(self._open_from(at))
        return max(start, at.astimezone(UTC))

    def after(self, at: datetime, working: timedelta) -> datetime:
        """The first moment by which `working` of open time has passed since `at`; without any, the
        next opening. Raises ValueError for a negative duration."""
        if working < timedelta(0):
            raise ValueError(f"{working} is negative")
        left = working
        for start, end in self._open_from(at):
            begin = max(start, at.astimezone(UTC))
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError("open times never end")

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """The open time between two moments; none when the second is not later."""
        total = timedelta(0)
        for opened, closed in self._open_from(start):
            if opened >= end:
                return total
            total += max(min(closed, end) - max(opened, start), timedelta(0))
        raise AssertionError("open times never end")

    def _open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open times that end after `at`, in order and without end."""
        day = at.astimezone(self.zone).date()
        while True:
            for span in self._exceptions.get(day, self._week[day.weekday()]):
                start, end = self._moment(day, span.start), self._moment(day, span.end)
                if start < end and end > at:
                    yield start, end
            day += _DAY

    def _moment(self, day: date, minutes: int) -> datetime:
        """When the clocks show this minute of the day, or go past it, for the first time."""
        wall = datetime.combine(day, time()) + minutes * _MINUTE
        found = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if found.astimezone(self.zone).replace(tzinfo=None) == wall:
            return found
        # In a gap the two readings of the wall time lie on both sides of the change.
        early = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        before = early.astimezone(self.zone).utcoffset()
        between = range((found - early) // _MINUTE)
        changed = bisect_left(
            between, True,
            key=lambda n: (early + n * _MINUTE).astimezone(self.zone).utcoffset() != before,
        )  # fmt: skip
        return early + changed * _MINUTE
