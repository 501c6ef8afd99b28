"""What a language model finds in the talks of customers, when there is one.

It runs behind the answers and may be late: turns wait with an empty `read_at`, also through a
crash. Whatever the model says is kept only where it stands word for word in the person's own
message (FactStore.quote).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from config.clock import Clock
from memory.facts import FactStore
from memory.texts import texts_of
from storage.database import Database, ReadSession
from storage.tables.memory import Memory, MemoryKind
from storage.tables.organisation import Organisation

_BATCH = 20
# Until then somebody may still be writing; one question to the model is for all that they wrote.
_QUIET = timedelta(minutes=2)
# Who sets up a model does not want to pay for years of old talks.
_OLDEST = timedelta(days=7)
_AGAIN_AFTER = timedelta(minutes=10)


class Reads(Protocol):
    async def read(self, said: Sequence[str], zone: ZoneInfo) -> Sequence[Sequence[str]] | None:
        """For each message the parts of it that are worth remembering; None when nobody can tell
        now. `zone` is the organisation's, whose quota is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unread:
    """Turns of one person, oldest first."""

    person_id: int
    rows: Sequence[Memory]
    texts: Sequence[str]
    zone: ZoneInfo


class Reader:
    """Without `reads` it does nothing."""

    def __init__(
        self, database: Database, organisation_id: int, clock: Clock, facts: FactStore
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._facts = facts
        self._not_before: datetime | None = None
        self.reads: Reads | None = None

    async def read_on(self) -> int:
        """Read what has not been read yet; returns how many turns that were."""
        done = 0
        if self.reads is None or (self._not_before and self._clock.now() < self._not_before):
            return done
        while unread := await self._next():
            quotes = await self.reads.read(unread.texts, unread.zone)
            if quotes is None:
                self._not_before = self._clock.now() + _AGAIN_AFTER
                return done
            await self._keep(unread, quotes)
            done += len(unread.rows)
        return done

    async def _next(self) -> _Unread | None:
        now = self._clock.now()
        waiting = select(Memory).where(
            Memory.organisation_id == self._organisation_id,
            Memory.kind == MemoryKind.episode,
            Memory.read_at.is_(None),
            Memory.created_at > now - _OLDEST,
        )
        async with self._database.reading() as session:
            first = await session.scalar(
                waiting.where(Memory.created_at < now - _QUIET).order_by(Memory.id).limit(1)
            )
            if first is None:
                return None
            rows = (
                await session.scalars(
                    waiting.where(Memory.person_id == first.person_id)
                    .order_by(Memory.id)
                    .limit(_BATCH)
                )
            ).all()
            texts = await texts_of(session, rows)
            zone = await self._zone(session)
        return _Unread(
            person_id=first.person_id, rows=rows, texts=[texts[row.id] for row in rows], zone=zone
        )

    async def _keep(self, unread: _Unread, quotes: Sequence[Sequence[str]]) -> None:
        async with self._database.unit_of_work() as session:
            for row, found in zip(unread.rows, quotes, strict=False):
                if found and row.source_inbox_id is not None:
                    await self._facts.quote(
                        session, person_id=unread.person_id, inbox_id=row.source_inbox_id,
                        quotes=found, at=row.created_at,
                    )  # fmt: skip
            await session.execute(
                update(Memory)
                .where(Memory.id.in_([row.id for row in unread.rows]))
                .values(read_at=self._clock.now())
            )

    async def _zone(self, session: ReadSession) -> ZoneInfo:
        name = await session.scalar(
            select(Organisation.timezone).where(Organisation.id == self._organisation_id)
        )
        return ZoneInfo(name or "UTC")
