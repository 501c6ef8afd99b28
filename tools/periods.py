"""Periods of the contract as days. Weeks start on Monday; days are the organisation's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.errors import InvalidInput

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """All days from `start` to `end`, both included."""

    start: date
    end: date

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def before(self) -> "Days":
        """The equally long stretch that ends the day before this one starts."""
        return Days(start=self.start - len(self) * _DAY, end=self.start - _DAY)

    def each(self) -> list[date]:
        return [self.start + offset * _DAY for offset in range(len(self))]

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The half-open stretch of time [start, end) that these days cover in `zone`, aware."""
        return (
            datetime.combine(self.start, time(), zone),
            datetime.combine(self.end + _DAY, time(), zone),
        )


def resolve(period: str, today: date) -> Days:
    """The days of a contract period; this_week and this_month reach up to today."""
    if ".." in period:
        return _explicit(period)
    monday = today - today.weekday() * _DAY
    first = today.replace(day=1)
    last_month_end = first - _DAY
    start, end = {
        "today": (today, today),
        "yesterday": (today - _DAY, today - _DAY),
        "this_week": (monday, today),
        "last_week": (monday - 7 * _DAY, monday - _DAY),
        "this_month": (first, today),
        "last_month": (last_month_end.replace(day=1), last_month_end),
        "last_7_days": (today - 6 * _DAY, today),
        "last_30_days": (today - 29 * _DAY, today),
    }[period]
    return Days(start=start, end=end)


def _explicit(period: str) -> Days:
    try:
        start, end = (date.fromisoformat(part) for part in period.split(".."))
    except ValueError as error:
        raise InvalidInput("tools.bad_period", period=period) from error
    if end < start:
        raise InvalidInput("tools.period_backwards", period=period)
    return Days(start=start, end=end)
