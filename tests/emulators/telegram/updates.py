"""Updates that wait for a bot, and the way of each from its creation to its confirmation."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.faults import Faults, Kind
from tests.emulators.telegram.ledger import Ledger

Json = dict[str, Any]

DAY = 24 * 3600.0
WEEK = 7 * DAY
QUERY_LIFE = 150.0
MOST_UPDATES = 100_000
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True, kw_only=True)
class Update:
    """`queue` is the chat or user whose order is kept; `expires` is in ticks."""

    id: int
    type: str
    queue: int
    body: bytes
    expires: float
    state: str = "pending"
    attempts: int = 0
    again: bool = False


def _ignored(update: Update) -> None:
    """Nobody is told when no webhook is set."""


class UpdateQueue:
    """What waits for one bot, in order; ids begin at random and count up."""

    def __init__(self, bot: int, clock: Clock, ledger: Ledger, faults: Faults) -> None:
        self.history: list[Update] = []
        self.pending: dict[int, Update] = {}
        self.allowed: frozenset[str] | None = None
        self.on_added: Callable[[Update], None] = _ignored
        self._bot, self._clock, self._ledger, self._faults = bot, clock, ledger, faults
        self._next, self._last = 0, float("-inf")
        self._news = asyncio.Event()

    def add(self, kind: str, content: Json, queue: int, life: float = DAY) -> Update | None:
        """None when the bot does not take this type, or too many wait."""
        if not self._takes(kind) or len(self.pending) >= MOST_UPDATES:
            return None
        number, expires = self._new_id(queue), self._clock.ticks() + life
        body = json.dumps({"update_id": number, kind: content}, ensure_ascii=False).encode()
        update = Update(id=number, type=kind, queue=queue, body=body, expires=expires)
        self.history.append(update)
        self.pending[update.id] = update
        self._ledger.update(
            "created", bot=self._bot, update_id=update.id, type=kind, chat=queue,
            text=content.get("text") or content.get("data") or content.get("caption") or "",
        )  # fmt: skip
        self.on_added(update)
        self.wake()
        return update

    def head(self, offset: int, limit: int) -> list[Update]:
        """The first that are not below the offset; those that are too old are dropped."""
        self.expire()
        waiting = (
            update for update in self.pending.values() if update.id >= offset or update.again
        )
        found = [*islice(waiting, limit)]
        if len(found) > 1 and self._faults.for_update(Kind.shuffle, self._bot):
            found = self._shuffled(found)
        for update in found:
            self.attempted(update)
        return found

    def newest(self, number: int) -> int:
        """Forgets all but the newest; returns the first id left."""
        ids = [*self.pending]
        first = ids[-number] if len(ids) >= number else next(iter(ids), 0)
        self.confirm_below(first)
        return first

    def confirm_below(self, offset: int) -> None:
        again = []
        while self.pending and (update := next(iter(self.pending.values()))).id < offset:
            if not self.confirm(update):
                del self.pending[update.id]
                update.again = True
                again.append(update)
        if again:
            self.pending = {**{update.id: update for update in again}, **self.pending}

    def confirm(self, update: Update) -> bool:
        """False when a fault has it delivered once more."""
        self._ledger.update(
            "confirmed", bot=self._bot, update_id=update.id, chat=update.queue,
            attempts=update.attempts,
        )  # fmt: skip
        update.state = "confirmed"
        if self._faults.for_update(Kind.duplicate, self._bot, update.queue):
            return False
        self.pending.pop(update.id, None)
        return True

    def attempted(self, update: Update, **outcome: Any) -> None:
        update.attempts += 1
        self._ledger.update(
            "attempt", bot=self._bot, update_id=update.id, chat=update.queue,
            attempt=update.attempts, **outcome,
        )  # fmt: skip

    def failed(self, update: Update, reason: str) -> None:
        self._ledger.update(
            "failed", bot=self._bot, update_id=update.id, chat=update.queue, reason=reason
        )

    def expire(self) -> None:
        now = self._clock.ticks()
        for update in [each for each in self.pending.values() if each.expires <= now]:
            self._drop(update, "expired")

    def clear(self) -> None:
        for update in [*self.pending.values()]:
            self._drop(update, "dropped")

    def wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def news(self) -> asyncio.Event:
        return self._news

    def _new_id(self, queue: int) -> int:
        """The next; a random one at first and after a week without any."""
        now = self._clock.ticks()
        if now - self._last > WEEK:
            self._next = self._faults.random.randrange(10_000_000, 900_000_000)
        if self._faults.for_update(Kind.gap, self._bot, queue):
            self._next += self._faults.random.randrange(2, 50)
        self._last, self._next = now, self._next + 1
        return self._next - 1

    def _drop(self, update: Update, state: str) -> None:
        update.state = state
        del self.pending[update.id]
        self._ledger.update(state, bot=self._bot, update_id=update.id, chat=update.queue)

    def _takes(self, kind: str) -> bool:
        return kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed

    def _shuffled(self, updates: list[Update]) -> list[Update]:
        """Mixed across chats, in order within each."""
        lines: dict[int, deque[Update]] = {}
        for update in updates:
            lines.setdefault(update.queue, deque()).append(update)
        order = [update.queue for update in updates]
        self._faults.random.shuffle(order)
        return [lines[queue].popleft() for queue in order]
