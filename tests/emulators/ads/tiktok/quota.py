"""Too many calls within a minute of the clock block the app for five."""

from collections import deque
from datetime import datetime, timedelta

from tests.emulators.ads.tiktok.errors import TOO_FREQUENT, Refusal

_MINUTE, _BLOCK = timedelta(minutes=1), timedelta(minutes=5)
PER_MINUTE, ADS_PER_MINUTE = 600, 150


class Quota:
    def __init__(self, per_minute: int = PER_MINUTE, ads_per_minute: int = ADS_PER_MINUTE) -> None:
        self._limits = {"": per_minute, "ad/create": ads_per_minute}
        self._calls: dict[str, deque[datetime]] = {name: deque() for name in self._limits}
        self._blocked_until: datetime | None = None

    def count(self, endpoint: str, now: datetime) -> None:
        """Raises Refusal for a call too many, and for every call of the block."""
        if self._blocked_until and now < self._blocked_until:
            raise Refusal(TOO_FREQUENT, "Requests made too frequently: over QPM.")
        for name, calls in self._calls.items():
            if name not in ("", endpoint):
                continue
            while calls and calls[0] <= now - _MINUTE:
                calls.popleft()
            if len(calls) >= self._limits[name]:
                self._blocked_until = now + _BLOCK
                raise Refusal(TOO_FREQUENT, "Requests made too frequently: over QPM.")
            calls.append(now)
