"""The recent turns of a conversation, in Redis, bounded in tokens, always with an expiry.

The window holds only what the database has too: when Redis lost it, it is rebuilt. Two rules make
that safe without a lock: a turn replaces its own earlier entries (a repeated turn does not count
twice), and a turn is never appended to a window that is gone (a half window would look whole).
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal, cast

from redis.asyncio import Redis

from memory.keys import ConversationKey
from memory.tokens import estimate_tokens

# KEYS: window. ARGV: turn id, ttl in seconds, then the entries of this turn.
_APPEND = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local last = redis.call('LINDEX', KEYS[1], -1)
while last and cjson.decode(last)['turn'] == tonumber(ARGV[1]) do
  redis.call('RPOP', KEYS[1])
  last = redis.call('LINDEX', KEYS[1], -1)
end
for i = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('LLEN', KEYS[1])
"""
# An empty conversation has a window too, else it would be rebuilt at every turn.
_START = json.dumps({"turn": 0, "role": "start", "text": "", "shown": []})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message: `turn` is the inbox id that it belongs to, `shown` the ids that it names."""

    turn: int
    role: Literal["user", "assistant"]
    text: str
    shown: tuple[str, ...] = ()


Rebuild = Callable[[], Awaitable[Sequence[Entry]]]


class ShortTermMemory:
    def __init__(self, redis: Redis, *, ttl: timedelta, window_tokens: int) -> None:
        self._redis = redis
        self._ttl = int(ttl.total_seconds())
        self._window_tokens = window_tokens
        self._append = redis.register_script(_APPEND)

    async def recent(self, key: ConversationKey, rebuild: Rebuild) -> list[Entry]:
        """The window, oldest first; `rebuild` reads it from the database when Redis has none."""
        raw = await cast(Awaitable[list[Any]], self._redis.lrange(key.window(), 0, -1))
        if raw:
            return [entry for text in raw if (entry := _decoded(text)) is not None]
        entries = self._bounded(await rebuild())
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(key.window())
            pipe.rpush(key.window(), _START, *map(_encoded, entries))
            pipe.expire(key.window(), self._ttl)
            await pipe.execute()
        return entries

    async def append(self, key: ConversationKey, turn: int, entries: Sequence[Entry]) -> None:
        """Add the entries of one turn, replacing what an earlier attempt of it left."""
        length = await self._append(
            keys=[key.window()], args=[turn, self._ttl, *map(_encoded, entries)]
        )
        if length:
            await self._trim(key)

    async def _trim(self, key: ConversationKey) -> None:
        raw = await cast(Awaitable[list[Any]], self._redis.lrange(key.window(), 1, -1))
        entries = [entry for text in raw if (entry := _decoded(text)) is not None]
        surplus = len(entries) - len(self._bounded(entries))
        if surplus:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.ltrim(key.window(), surplus + 1, -1)
                pipe.lpush(key.window(), _START)
                pipe.expire(key.window(), self._ttl)
                await pipe.execute()

    def _bounded(self, entries: Sequence[Entry]) -> list[Entry]:
        """The newest entries that fit into the window; the last one always does."""
        kept: list[Entry] = []
        tokens = 0
        for entry in reversed(entries):
            tokens += estimate_tokens(entry.text)
            if kept and tokens > self._window_tokens:
                break
            kept.append(entry)
        return kept[::-1]


def _encoded(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False)


def _decoded(text: str | bytes) -> Entry | None:
    value = json.loads(text)
    if value["role"] == "start":
        return None
    return Entry(
        turn=value["turn"], role=value["role"], text=value["text"], shown=tuple(value["shown"])
    )
