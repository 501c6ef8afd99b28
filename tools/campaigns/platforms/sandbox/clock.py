"""The market's own time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.clock import Clock

_DAY = timedelta(days=1)


class MarketClock:
    """Runs as fast as a market day is short; both clocks agree at `epoch`.

    With `day_seconds` of 86,400 market time is real time. Processes that share a market must
    share the epoch too: the moment when the organisation was created serves well.
    """

    def __init__(
        self, clock: Clock, *, epoch: datetime, zone: ZoneInfo, day_seconds: float = 86_400
    ) -> None:
        self._clock = clock
        self._epoch = epoch
        self._speed = _DAY.total_seconds() / day_seconds
        self._ahead = timedelta()
        self.zone = zone

    def now(self) -> datetime:
        return self.at(self._clock.now())

    def at(self, real: datetime) -> datetime:
        """The market's moment at a real one, in UTC."""
        return (self._epoch + (real - self._epoch) * self._speed + self._ahead).astimezone(UTC)

    def today(self, real: datetime) -> date:
        return self.at(real).astimezone(self.zone).date()

    def advance(self, days: float) -> None:
        """Jump ahead, in this process only: for tests and benchmarks."""
        self._ahead += days * _DAY

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """When a day starts and ends; its length may differ from 24 hours."""
        return _midnight(day, self.zone), _midnight(day + _DAY, self.zone)


@lru_cache(maxsize=2_000)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
