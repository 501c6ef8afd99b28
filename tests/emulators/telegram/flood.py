"""Telegram's limits on how fast a bot may write, as token buckets."""

import math
from dataclasses import dataclass

from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.errors import too_many_requests


@dataclass(slots=True)
class Bucket:
    """`left` of `burst` tokens, growing by `rate` a tick."""

    rate: float
    burst: float
    left: float
    filled: float

    def wait(self, now: float) -> float:
        """Ticks until one token is there; 0 when it is there now."""
        self.left = min(self.burst, self.left + (now - self.filled) * self.rate)
        self.filled = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.rate


# rate in tokens a second, burst
PER_CHAT = (1.0, 5.0)
PER_GROUP = (20 / 60, 20.0)
PER_BOT = (30.0, 30.0)
DRAFTS = (2.0, 10.0)


class Flood:
    """`ease` multiplies all rates and bursts; 0 switches the limits off."""

    def __init__(self, clock: Clock, ease: float = 1.0) -> None:
        self.ease = ease
        self._clock = clock
        self._buckets: dict[tuple[str, int, int], Bucket] = {}

    def write(self, bot: int, chat: int) -> None:
        """A message or an edit; raises 429 and takes no token when it is too fast."""
        limits = [("chat", chat, PER_CHAT), ("bot", 0, PER_BOT)]
        if chat < 0:
            limits.append(("group", chat, PER_GROUP))
        self._take(bot, limits)

    def draft(self, bot: int, chat: int) -> None:
        self._take(bot, [("draft", chat, DRAFTS), ("bot", 0, PER_BOT)])

    def _take(self, bot: int, limits: list[tuple[str, int, tuple[float, float]]]) -> None:
        if not self.ease:
            return
        now = self._clock.ticks()
        buckets = [self._bucket(kind, bot, chat, limit, now) for kind, chat, limit in limits]
        longest = max(bucket.wait(now) for bucket in buckets)
        if longest > 0:
            raise too_many_requests(max(1, math.ceil(self._clock.real(longest))))
        for bucket in buckets:
            bucket.left -= 1

    def _bucket(
        self, kind: str, bot: int, chat: int, limit: tuple[float, float], now: float
    ) -> Bucket:
        rate, burst = limit[0] * self.ease, max(1.0, limit[1] * self.ease)
        return self._buckets.setdefault((kind, bot, chat), Bucket(rate, burst, burst, now))
