"""The recent turns of a conversation, in Redis, bounded in tokens, always with an expiry.

The window holds only what the database has too: when Redis lost it, it is rebuilt. Two rules make
that safe without a lock: a turn replaces its own earlier entries (a repeated turn does not count
twice), and a turn is never appended to a window that is gone (a half window would look whole).
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from memory.keys import ConversationKey
from memory.tokens import estimate_tokens

log = structlog.get_logger()

# KEYS: window. ARGV: turn id, ttl in seconds, then the entries of this turn. Returns the window.
_APPEND = """
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local last = redis.call('LINDEX', KEYS[1], -1)
while last and cjson.decode(last)['turn'] == tonumber(ARGV[1]) do
  redis.call('RPOP', KEYS[1])
  last = redis.call('LINDEX', KEYS[1], -1)
end
for i = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('LRANGE', KEYS[1], 0, -1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message: `turn` is the inbox id that it belongs to, `shown` the ids that it names. A
    summary of what came before stands first, with turn 0. In a conversation that several people
    share, `person` is who spoke, or was answered, and `speaker` the name of who spoke. `said_by` is
    the colleague who said this to a customer, when the agent did not."""

    turn: int
    role: Literal["user", "assistant", "summary"]
    text: str
    shown: tuple[str, ...] = ()
    person: int = 0
    speaker: str = ""
    said_by: str = ""


# A full window gives up a quarter at once: the summary is written then, and not at every turn.
_TRIMMED_SHARE = 0.75
# Every window begins with a summary, an empty conversation's too: else it would be rebuilt at
# every turn.
_NO_SUMMARY = Entry(turn=0, role="summary", text="")

Rebuild = Callable[[], Awaitable[Sequence[Entry]]]


class ShortTermMemory:
    def __init__(self, redis: Redis, *, ttl: timedelta, window_tokens: int) -> None:
        self._redis = redis
        self._ttl = int(ttl.total_seconds())
        self._window_tokens = window_tokens
        self._append = redis.register_script(_APPEND)
        self._stale: set[str] = set()

    async def recent(self, key: ConversationKey, rebuild: Rebuild) -> list[Entry]:
        """The window, oldest first; `rebuild` reads it from the database when Redis has none, or is
        out of reach."""
        with self._if_reached(key):
            raw = await cast(Awaitable[list[Any]], self._redis.lrange(key.window(), 0, -1))
            if raw and key.window() not in self._stale:
                return [entry for text in raw if (entry := _decoded(text)).text or entry.turn]
        rebuilt = await rebuild()
        first = next((entry for entry in rebuilt if entry.role == "summary"), _NO_SUMMARY)
        entries = self._bounded([entry for entry in rebuilt if entry is not first])
        with self._if_reached(key):
            await self._keep(key, first, entries)
            self._stale.discard(key.window())
        return [first, *entries] if first.text else entries

    async def append(
        self, key: ConversationKey, turn: int, entries: Sequence[Entry]
    ) -> list[Entry]:
        """Add the entries of one turn, replacing what an earlier attempt of it left; returns those
        that fell out of the window."""
        with self._if_reached(key):
            raw = await self._append(
                keys=[key.window()], args=[turn, self._ttl, *map(_encoded, entries)]
            )
            return await self._trim(key, raw)
        return []

    async def summarise(self, key: ConversationKey, summary: str) -> None:
        """Put `summary` in front of the window, in place of the one before."""
        with self._if_reached(key):
            if await self._redis.exists(key.window()):
                first = _encoded(Entry(turn=0, role="summary", text=summary))
                await cast(Awaitable[object], self._redis.lset(key.window(), 0, first))

    async def drop(self, key: ConversationKey) -> None:
        """The database knows more than the window: it is to be rebuilt."""
        with self._if_reached(key):
            await self._redis.delete(key.window())

    @contextmanager
    def _if_reached(self, key: ConversationKey) -> Iterator[None]:
        """A window that could not be written is not believed until it is rebuilt."""
        try:
            yield
        except (RedisError, OSError) as error:
            self._stale.add(key.window())
            log.warning("short_term.out_of_reach", error=type(error).__name__)

    async def _keep(self, key: ConversationKey, first: Entry, entries: Sequence[Entry]) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(key.window())
            pipe.rpush(key.window(), _encoded(first), *map(_encoded, entries))
            pipe.expire(key.window(), self._ttl)
            await pipe.execute()

    async def _trim(self, key: ConversationKey, raw: list[Any]) -> list[Entry]:
        entries = [_decoded(text) for text in raw[1:]]
        if len(self._bounded(entries)) == len(entries):
            return []
        surplus = len(entries) - len(self._bounded(entries, _TRIMMED_SHARE))
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.ltrim(key.window(), surplus + 1, -1)
            pipe.lpush(key.window(), raw[0])
            pipe.expire(key.window(), self._ttl)
            await pipe.execute()
        return entries[:surplus]

    def _bounded(self, entries: Sequence[Entry], share: float = 1.0) -> list[Entry]:
        """The newest entries that fit into this share of the window; the last one always does."""
        kept: list[Entry] = []
        tokens = 0
        for entry in reversed(entries):
            tokens += estimate_tokens(entry.text)
            if kept and tokens > self._window_tokens * share:
                break
            kept.append(entry)
        return kept[::-1]


def _encoded(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False)


def _decoded(text: str | bytes) -> Entry:
    value = json.loads(text)
    return Entry(**{**value, "shown": tuple(value["shown"])})
