"""DingTalk's limits on how often an app may call an API, as token buckets."""

from tests.emulators.dingtalk import errors
from tests.emulators.dingtalk.errors import OldError
from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.flood import Bucket

PER_API, PER_CARD_API = 20.0, 40.0
A_MINUTE, PUNISHMENT = 20, 600.0


class Quotas:
    """`ease` multiplies all limits; 0 switches them off."""

    def __init__(self, clock: Clock, ease: float = 1.0) -> None:
        self.ease = ease
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._sent: dict[str, list[float]] = {}
        self._punished: dict[str, float] = {}

    def take(self, method: str, api: str) -> None:
        """Raises 403 QpsLimitForAppkeyAndApi."""
        if not self.ease:
            return
        now = self._clock.ticks()
        rate = (PER_CARD_API if api.startswith("/v1.0/card/") else PER_API) * self.ease
        bucket = self._buckets.setdefault(f"{method} {api}", Bucket(rate, rate, rate, now))
        if bucket.wait(now) > 0:
            raise errors.too_many()
        bucket.left -= 1

    def take_custom(self, token: str) -> None:
        """Raises 130101 for a custom robot's 21st message in a minute, then for ten minutes."""
        if not self.ease:
            return
        now = self._clock.ticks()
        sent = [at for at in self._sent.get(token, []) if at > now - 60]
        self._sent[token] = sent
        if self._punished.get(token, now) <= now and len(sent) < A_MINUTE * self.ease:
            sent.append(now)
            return
        if self._punished.get(token, now) <= now:
            self._punished[token] = now + PUNISHMENT
        raise OldError(errors.TOO_FAST, "send too fast, exceed 20 times per minute")
