"""Keeps to the limits that a platform declares, for each bot and each chat.

Per key the times of the last messages, as many as its limit allows: the next one may go when the
oldest of them is as old as the limit is long. So no window of that length ever holds more, which
limits by a steady rate do not promise. Processes that share a bot share the times in Redis.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.channels.base import Pace
from memory.keys import pace_key

log = structlog.get_logger()

_FORGET_ABOVE = 10_000
_LONGEST = 3_600.0


class Pacer(Protocol):
    async def take(self, paces: Mapping[str, Pace]) -> float:
        """Take one message from every key, or none; returns the seconds until there is one in all
        of them, 0 when it was taken."""


class LocalPacer:
    """For one process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sent: dict[str, deque[float]] = {}

    async def take(self, paces: Mapping[str, Pace]) -> float:
        now = self._now()
        wait = max((self._wait(key, pace, now) for key, pace in paces.items()), default=0.0)
        if wait > 0:
            return wait
        if len(self._sent) > _FORGET_ABOVE:
            self._sent = {key: at for key, at in self._sent.items() if now - at[-1] < _LONGEST}
        for key, pace in paces.items():
            self._sent.setdefault(key, deque(maxlen=pace.count)).append(now)
        return 0.0

    def _wait(self, key: str, pace: Pace, now: float) -> float:
        sent = self._sent.get(key)
        if sent is None or len(sent) < pace.count:
            return 0.0
        return sent[0] + pace.seconds - now


# KEYS: where the times are; ARGV: count and seconds, per key.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local wait = 0
for i, key in ipairs(KEYS) do
  local oldest = redis.call('LINDEX', key, ARGV[2 * i - 1] - 1)
  if oldest then wait = math.max(wait, oldest + ARGV[2 * i] - now) end
end
if wait > 0 then return string.format('%.6f', math.max(wait, 0.000001)) end
for i, key in ipairs(KEYS) do
  redis.call('LPUSH', key, string.format('%.6f', now))
  redis.call('LTRIM', key, 0, ARGV[2 * i - 1] - 1)
  redis.call('PEXPIRE', key, math.ceil(ARGV[2 * i] * 1000) + 1)
end
return '0'
"""


class SharedPacer:
    """For several processes; while Redis is away each of them keeps the limits alone."""

    def __init__(self, redis: Redis, organisation_id: int) -> None:
        self._script = redis.register_script(_TAKE)
        self._organisation_id = organisation_id
        self._alone = LocalPacer()

    async def take(self, paces: Mapping[str, Pace]) -> float:
        if not paces:
            return 0.0
        keys = [pace_key(self._organisation_id, key) for key in paces]
        numbers = [number for pace in paces.values() for number in (pace.count, pace.seconds)]
        try:
            return float(await self._script(keys=keys, args=numbers))
        except (RedisError, OSError) as error:
            log.warning("pacing.alone", error=type(error).__name__)
            return await self._alone.take(paces)
