"""A clock that moves only when a test says so."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Starts on Wednesday 2026-11-18 10:00 in Shanghai."""

    def __init__(self, now: datetime = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by
