"""What is known about people beyond one conversation: kept in the database, found by meaning and
by words.

The database is the truth. The vector index follows it after the commit, and whatever a crash or an
outage kept from it is found again by `indexed_at`; until then recall reads those rows by words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, false, func, or_, select, true, update

from config.clock import Clock
from config.errors import TransientError
from config.settings import LongTermSettings
from memory.embeddings import Embedder
from memory.facts import FactStore, Kept
from memory.index import Found, Owner, VectorIndex
from memory.indexing import Indexer
from memory.recall import best, fuse, share_of_words
from memory.sparse import encode_passage, encode_query
from storage.database import Database, ReadSession, Session
from storage.tables.memory import Memory, MemoryKind

log = structlog.get_logger()

_REFRESH_AFTER = timedelta(days=1)
_LONGEST_QUESTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """One memory in the person's own words; `until` is empty while it holds."""

    text: str
    kind: MemoryKind
    since: datetime
    until: datetime | None


class LongTermMemory:
    """The memories of one organisation's people."""

    def __init__(
        self,
        database: Database,
        organisation_id: int,
        index: VectorIndex,
        embedder: Embedder,
        *,
        clock: Clock,
        settings: LongTermSettings,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._index = index
        self._embedder = embedder
        self._clock = clock
        self._half_life = settings.half_life
        self._facts = FactStore(organisation_id, clock)
        self.indexer = Indexer(database, organisation_id, index, embedder, clock)

    async def keep(
        self,
        session: Session,
        *,
        person_id: int,
        order_key: str,
        text: str,
        source_inbox_id: int | None = None,
    ) -> Kept:
        """See FactStore.keep; `recall` knows it as soon as the transaction is committed."""
        return await self._facts.keep(
            session, person_id=person_id, order_key=order_key, text=text,
            source_inbox_id=source_inbox_id,
        )  # fmt: skip

    async def recall(
        self, person_id: int, query: str, *, limit: int = 8, history: bool = False
    ) -> list[Recalled]:
        """What this person told us that bears on `query`, the best first, at most 1,500 tokens;
        `history` also brings what holds no more, after what does."""
        async with self._database.reading() as session:
            corpus = await session.scalar(select(func.count(Memory.id)).where(self._of(person_id)))
        if not corpus:
            return []
        asked = query[:_LONGEST_QUESTION]
        words = encode_query(asked)
        found = await self._search(person_id, asked, history=history)
        async with self._database.reading() as session:
            rows = await self._candidates(session, person_id, found, history=history)
        scores = fuse(found or Found(), words, corpus)
        for row in rows:
            if row.id not in scores:
                scores[row.id] = share_of_words(encode_passage(row.text), words)
        now = self._clock.now()
        chosen = best(rows, scores, now, limit=limit, half_life=self._half_life)
        await self._refresh([row.id for row in chosen if now - row.used_at > _REFRESH_AFTER])
        return [
            Recalled(text=row.text, kind=row.kind, since=row.created_at, until=row.valid_to)
            for row in chosen
        ]

    async def reindex_missing(self) -> int:
        """See Indexer.reindex_missing; the service does this by itself all the time."""
        return await self.indexer.reindex_missing()

    async def forget(self, person_id: int) -> None:
        """Take a person out of the index; their rows are the eraser's business."""
        await self._index.delete_owner(self._owner(person_id))

    def _of(self, person_id: int) -> ColumnElement[bool]:
        return (Memory.organisation_id == self._organisation_id) & (Memory.person_id == person_id)

    def _owner(self, person_id: int) -> Owner:
        return Owner(organisation_id=self._organisation_id, person_id=person_id)

    async def _search(self, person_id: int, query: str, *, history: bool) -> Found | None:
        """None when the index cannot be reached: then words alone must do."""
        try:
            return await self._index.search(
                self._owner(person_id), await self._embedder.query(query), encode_query(query),
                history=history,
            )  # fmt: skip
        except TransientError as error:
            log.warning("memory.index_unreachable", error=str(error))
            return None

    async def _candidates(
        self, session: ReadSession, person_id: int, found: Found | None, *, history: bool
    ) -> Sequence[Memory]:
        """The rows of the hits, and those that the index cannot know of."""
        hits = () if found is None else {*found.dense, *found.sparse}
        unknown = true() if found is None else Memory.indexed_at.is_(None)
        rows = await session.scalars(
            select(Memory).where(
                self._of(person_id),
                or_(Memory.id.in_(hits) if hits else false(), unknown),
                true() if history else Memory.valid_to.is_(None),
            )
        )
        return rows.all()

    async def _refresh(self, memory_ids: Sequence[int]) -> None:
        """What is used stays fresh; at most one write a day for each memory."""
        if memory_ids:
            async with self._database.unit_of_work() as session:
                await session.execute(
                    update(Memory)
                    .where(Memory.id.in_(memory_ids))
                    .values(used_at=self._clock.now())
                )
