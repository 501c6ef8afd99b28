"""The index of chunks follows the database: what is new is told, what is gone is taken out."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from config.clock import Clock
from config.errors import TransientError
from config.failpoints import failpoint
from memory.embeddings import Embedder, Vector
from memory.index import Found, Labels, Owner, VectorIndex
from memory.ranking import Hit
from memory.sparse import CHUNK, Sparse, encode_passage
from memory.terms import in_han
from memory.windows import windows
from storage.database import Database
from storage.tables.knowledge import Chunk, Document

log = structlog.get_logger()

_BATCH = 16
_SWEEP_SECONDS = 2.0
# Ids in one statement; SQLite takes 32,766 values and PostgreSQL as many.
_AT_ONCE = 1_000


# The numbers that a chunk has in the index: two scripts, and in each the parts 0 to 15.
_PARTS, _QUESTION = 16, 15
# Of which every chunk has one.
FIRST_PARTS: Labels = {"part": [0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkPoint:
    """What the index keeps of a part of a chunk: 0 has its first window and the words of all; 1 to
    14 have a further window each and no words; 15 is the question of a pair alone, because what
    people ask is nearer to that than to the answer."""

    chunk: Chunk
    part: int
    text: str
    dense: Vector
    words: str

    @property
    def id(self) -> int:
        """The search reads from it which chunk this is, and in which script it is written."""
        return _PARTS * (2 * self.chunk.id + in_han(self.text)) + self.part

    @property
    def sparse(self) -> Sparse:
        return encode_passage(self.words, CHUNK)

    @property
    def payload(self) -> dict[str, Any]:
        """All that an index keeps beside the vectors."""
        return {
            "owner": Owner(organisation_id=self.chunk.organisation_id).key,
            "organisation": self.chunk.organisation_id,
            "document": self.chunk.document_id,
            "part": self.part,
        }


def chunk_of(point_id: int) -> int:
    return point_id // (2 * _PARTS)


def hits_of(found: Found, in_han: bool) -> dict[int, Hit]:
    """By chunk, which is as near as the nearest of its points; for a question in this script."""
    hits: dict[int, Hit] = {}
    for id_ in {**found.dense, **found.sparse}:
        chunk_id = chunk_of(id_)
        hit = Hit(
            dense=found.dense.get(id_), sparse=found.sparse.get(id_, 0.0),
            matched=found.matched.get(id_, frozenset()), alike=bool(id_ & _PARTS) == in_han,
        )  # fmt: skip
        hits[chunk_id] = hit.with_(hits[chunk_id]) if chunk_id in hits else hit
    return hits


def _ids(chunk_id: int) -> range:
    """Every number under which the index may know a chunk."""
    return range(2 * _PARTS * chunk_id, 2 * _PARTS * (chunk_id + 1))


def served(organisation_id: int) -> tuple[ColumnElement[bool], ...]:
    """The chunks that may answer, of a select that joins their documents."""
    return (
        Chunk.organisation_id == organisation_id, Document.id == Chunk.document_id,
        Document.organisation_id == organisation_id, Document.removed_at.is_(None),
    )  # fmt: skip


def whole_text(chunk: Chunk, document: Document) -> str:
    """A chunk with what it stands under, by which it is found."""
    return "\n".join(filter(None, (document.title, chunk.heading, chunk.question, chunk.text)))


async def waiting(database: Database) -> int:
    """How many chunks of all organisations the index has not heard of yet."""
    async with database.reading() as session:
        unknown = (
            select(func.count(Chunk.id))
            .join(Document, Document.id == Chunk.document_id)
            .where(Chunk.indexed_at.is_(None), Document.removed_at.is_(None))
        )
        return await session.scalar(unknown) or 0


async def told_by_organisation(database: Database) -> dict[int, int]:
    """How many chunks the index must have, of every organisation that has any."""
    async with database.reading() as session:
        rows = await session.execute(
            select(Chunk.organisation_id, func.count(Chunk.id))
            .join(Document, Document.id == Chunk.document_id)
            .where(Chunk.indexed_at.is_not(None), Document.removed_at.is_(None))
            .group_by(Chunk.organisation_id)
        )
        return {row[0]: row[1] for row in rows}


class KnowledgeIndexer:
    """Writes what the index lacks and takes out what it should not have; one is enough for an
    organisation, several do no harm."""

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
        # Points that are told and not yet marked so look like points of nothing.
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Keep the index complete, until cancelled."""
        while True:
            try:
                await self.reconcile()
                await self.reindex_missing()
            except (TransientError, SQLAlchemyError, OSError) as error:
                log.warning("knowledge.index_behind", error=type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def reindex_missing(self) -> int:
        """Tell the index what it has not heard of yet; returns how many chunks that were.
        Raises TransientError when the index cannot be reached."""
        done = 0
        async with self._one_at_a_time:
            while batch := await self._missing():
                await self._tell(batch)
                done += len(batch)
        return done

    async def _tell(self, batch: Sequence[tuple[Chunk, Document]]) -> None:
        points = [
            point for chunk, document in batch for point in await self._points(chunk, document)
        ]
        now = {point.id for point in points}
        every = {id_ for chunk, _ in batch for id_ in _ids(chunk.id)}
        await self._index.upsert(points)
        failpoint("chunks_told")
        await self._take_out(every - now)
        await self._mark(points)

    @property
    def index(self) -> VectorIndex:
        """For a look from outside."""
        return self._index

    async def reindex(self) -> int:
        """Empty the index and tell it everything anew; returns how many chunks that were. Raises
        TransientError when it cannot be reached."""
        async with self._one_at_a_time:
            async with self._database.reading() as session:
                told = {*await session.scalars(self._told(Chunk.id))}
            await self._set_indexed(told, None)
            await self._take_out(await self._index.ids(self._organisation_id))
        return await self.reindex_missing()

    async def reconcile(self) -> None:
        """Compare the index with the database: chunks of removed documents and of old versions go,
        and what it was told but has no more (another server, a new disk) is to be told again."""
        async with self._one_at_a_time:
            await self._compare()

    async def _compare(self) -> None:
        async with self._database.reading() as session:
            expected = await session.scalar(self._told(func.count(Chunk.id))) or 0
        if await self._index.count(self._organisation_id, FIRST_PARTS) == expected:
            return
        known = await self._index.ids(self._organisation_id)
        async with self._database.reading() as session:
            told = {*await session.scalars(self._told(Chunk.id))}
        await self._take_out({id_ for id_ in known if chunk_of(id_) not in told})
        lost = told - {chunk_of(id_) for id_ in known}
        if lost:
            log.warning("knowledge.index_lost", chunks=len(lost))
            await self._set_indexed(lost, None)

    def _told(self, what: Any) -> Select[tuple[int]]:
        return select(what).where(*served(self._organisation_id), Chunk.indexed_at.is_not(None))

    async def _missing(self) -> list[tuple[Chunk, Document]]:
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Chunk, Document)
                .where(*served(self._organisation_id), Chunk.indexed_at.is_(None))
                .order_by(Chunk.id)
                .limit(_BATCH)
            )
            return [(chunk, document) for chunk, document in rows]

    async def _points(self, chunk: Chunk, document: Document) -> list[ChunkPoint]:
        whole = whole_text(chunk, document)
        texts = windows(whole, _QUESTION)
        vectors = await self._embedder.passages(texts)
        points = [
            ChunkPoint(chunk=chunk, part=part, text=text, dense=vector, words="" if part else whole)
            for part, (text, vector) in enumerate(zip(texts, vectors, strict=True))
        ]
        if asked := chunk.question:
            points.append(
                ChunkPoint(
                    chunk=chunk, part=_QUESTION, text=asked, words=asked,
                    dense=await self._embedder.query(asked),
                )
            )  # fmt: skip
        return points

    async def _mark(self, points: Sequence[ChunkPoint]) -> None:
        """What reads otherwise by now (its document got another title) is told again at the next
        look, and what is no longer served leaves the index."""
        told = {point.chunk.id: point.words for point in points if not point.part}
        await self._mark_unchanged(told)
        async with self._database.reading() as session:
            there = await session.scalars(
                select(Chunk.id).where(*served(self._organisation_id), Chunk.id.in_(told))
            )
            gone = told.keys() - {*there}
        await self._take_out([point.id for point in points if point.chunk.id in gone])

    async def _mark_unchanged(self, told: Mapping[int, str]) -> None:
        """`told` is the text by chunk. Who changes a title writes to its chunks, too: they are held
        first, and the title is read after that."""
        async with self._database.unit_of_work() as session:
            mine = Chunk.id.in_(told)
            await session.execute(select(Chunk.id).where(mine).order_by(Chunk.id).with_for_update())
            rows = await session.execute(
                select(Chunk, Document).where(*served(self._organisation_id), mine)
            )
            same = [
                chunk.id
                for chunk, document in rows
                if told[chunk.id] == whole_text(chunk, document)
            ]
            now = self._clock.now()
            await session.execute(update(Chunk).where(Chunk.id.in_(same)).values(indexed_at=now))

    async def _set_indexed(self, chunk_ids: Collection[int], at: datetime | None) -> None:
        async with self._database.unit_of_work() as session:
            for some in batched(sorted(chunk_ids)):
                await session.execute(update(Chunk).where(Chunk.id.in_(some)).values(indexed_at=at))

    async def _take_out(self, ids: Collection[int]) -> None:
        for some in batched(sorted(ids)):
            await self._index.delete(some)


def batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
