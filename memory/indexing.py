"""The vector index follows the database: after the commit, and after whatever kept it away."""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy import func, select, true, update
from sqlalchemy.exc import SQLAlchemyError

from config.clock import Clock
from config.errors import TransientError
from config.failpoints import failpoint
from memory.embeddings import Embedder
from memory.index import Owner, Point, VectorIndex
from memory.sparse import encode_passage
from memory.texts import texts_of
from storage.database import Database, ReadSession
from storage.tables.memory import Memory, MemoryKind
from storage.tables.organisation import Person

log = structlog.get_logger()

_BATCH = 64
_SWEEP_SECONDS = 2.0
# The model shares its core with whoever talks: 1,200 characters would keep them waiting 290 ms.
_EMBEDDED_CHARACTERS = 400


async def waiting(database: Database) -> int:
    """How many memories of all organisations the index has not heard of yet."""
    async with database.reading() as session:
        unknown = select(func.count(Memory.id)).where(Memory.indexed_at.is_(None))
        return await session.scalar(unknown) or 0


class Indexer:
    """Writes what the index lacks; one is enough for an organisation, several do no harm."""

    def __init__(
        self,
        database: Database,
        organisation_id: int,
        index: VectorIndex,
        embedder: Embedder,
        clock: Clock,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._index = index
        self._embedder = embedder
        self._clock = clock

    async def run(self) -> None:
        """Keep the index complete, until cancelled."""
        certain = False
        while True:
            try:
                if not certain:
                    await self.refill_when_lost()
                    certain = True
                await self.reindex_missing()
            except (TransientError, SQLAlchemyError, OSError) as error:
                certain = False
                log.warning("memory.index_behind", error=type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def reindex_missing(self) -> int:
        """Tell the index what it has not heard of yet; returns how many memories that were.
        Raises TransientError when the index cannot be reached."""
        done = 0
        while batch := await self._missing():
            async with self._database.reading() as session:
                texts = await texts_of(session, batch)
                names = await self._speakers(session, batch)
            vectors = await self._embedder.passages(
                [f"{names[row.id]}{texts[row.id]}"[:_EMBEDDED_CHARACTERS] for row in batch]
            )
            await self._index.upsert(
                [
                    Point(
                        memory_id=row.id, owner=self._owner(row), dense=vector,
                        current=row.valid_to is None, sparse=encode_passage(texts[row.id]),
                    )
                    for row, vector in zip(batch, vectors, strict=True)
                ]
            )  # fmt: skip
            failpoint("memories_told")
            await self._mark(batch)
            done += len(batch)
        return done

    async def refill_when_lost(self) -> None:
        """An index that holds fewer memories than we told it (another server, a new disk) is
        told everything again."""
        mine = Memory.organisation_id == self._organisation_id
        told = mine & Memory.indexed_at.is_not(None)
        async with self._database.reading() as session:
            expected = await session.scalar(select(func.count(Memory.id)).where(told)) or 0
        if expected and await self._index.count(self._organisation_id) < expected:
            log.warning("memory.index_lost", memories=expected)
            async with self._database.unit_of_work() as session:
                await session.execute(update(Memory).where(mine).values(indexed_at=None))

    def _owner(self, row: Memory) -> Owner:
        return Owner(organisation_id=row.organisation_id, person_id=row.person_id)

    async def _missing(self) -> Sequence[Memory]:
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Memory)
                .where(Memory.organisation_id == self._organisation_id, Memory.indexed_at.is_(None))
                .order_by(Memory.id)
                .limit(_BATCH)
            )
            return rows.all()

    async def _speakers(self, session: ReadSession, batch: Sequence[Memory]) -> dict[int, str]:
        """In front of what was said in a talk, who said it: half of what meaning finds in dialogues
        is found by that."""
        people = {row.person_id for row in batch}
        rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
        own = {row.id: row.name for row in rows}
        return {
            row.id: f"{row.speaker or own[row.person_id]}: "
            if row.kind is MemoryKind.episode
            else ""
            for row in batch
        }

    async def _mark(self, batch: Sequence[Memory]) -> None:
        """A row that was closed meanwhile stays unmarked; one that was erased leaves the index."""
        async with self._database.unit_of_work() as session:
            for row in batch:
                unchanged = Memory.valid_to.is_(None) if row.valid_to is None else true()
                await session.execute(
                    update(Memory)
                    .where(Memory.id == row.id, unchanged)
                    .values(indexed_at=self._clock.now())
                )
            there = await session.scalars(
                select(Memory.id).where(Memory.id.in_([row.id for row in batch]))
            )
            erased = {row.id for row in batch} - set(there)
        if erased:
            await self._index.delete(sorted(erased))
