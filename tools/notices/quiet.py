"""Quiet hours: a part of every day, which may go over midnight."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tools.notices.errors import NoQuietHours

_HOUR = r"([01]?\d|2[0-4])(?:[:：.]([0-5]\d))?"
_SPAN = re.compile(rf"{_HOUR}\s*(?:-|–|—|~|～|到|至|to)\s*{_HOUR}", re.IGNORECASE)
_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `start` until before `end`, in minutes of the day; never equal."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"

    def end_after(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When they end, None when `at` is not in them."""
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        over_midnight = self.start > self.end
        if over_midnight:
            inside = minute >= self.start or minute < self.end
        else:
            inside = self.start <= minute < self.end
        if not inside:
            return None
        day = local.date() + timedelta(days=int(over_midnight and minute >= self.start))
        # Added to a time of one zone, minutes are those on the wall, whatever the clocks were
        # changed by in between.
        return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=self.end)


def read_quiet_hours(said: str) -> QuietHours:
    """Of "22:00-08:00", "22-8" or "22:00 到 08:00". Raises NoQuietHours."""
    found = _SPAN.fullmatch(said.strip())
    if found is None:
        raise NoQuietHours(said)
    start, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    if start > _DAY or end > _DAY or start % _DAY == end % _DAY:
        raise NoQuietHours(said)
    return QuietHours(start=start % _DAY, end=end or _DAY)


def _minutes(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
