"""Retrieval as the knowledge base does it: the database, the model's embedding, the engine in
process, fusion, reading the texts.

`measure` takes a file of documents and questions whose documents are known. `main` shows how long a
search takes among many chunks, which are made-up sentences with random directions for vectors.
"""

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import func, select

from bench.figures import percentile
from config.clock import SystemClock
from config.errors import ConfigurationError
from config.retrieval import RetrievalSettings
from memory.edge import EdgeIndex
from memory.embeddings import DIMENSIONS, Embedder, LocalEmbedder, Vector
from memory.index import Owner
from memory.knowledge import Knowledge
from memory.knowledge_index import ChunkPoint, chunk_of
from memory.sparse import encode_query
from storage.database import Database
from storage.migrate import migrate
from storage.tables.knowledge import Chunk, ChunkKind, Document, DocumentKind
from storage.tables.organisation import Organisation

_ORGANISATION = 1
_DEPTHS = (1, 5, 10)
_BEST = max(_DEPTHS)
_OWNER = Owner(organisation_id=_ORGANISATION)
_SIZES, _TOLD_AT_ONCE, _QUERIES = (1_000, 10_000, 50_000), 500, 100
_WHAT = (
    "退货",
    "运费",
    "发票",
    "鞋码",
    "保修",
    "会员积分",
    "发货时间",
    "return",
    "warranty",
    "size",
)
_HOW = ("由我们承担", "在七天内", "按页面说明", "需要订单号", "is two years", "within a week", "第")
# The constant of reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009.
_RRF = 60

# From a question to the ids of documents, the best first.
Finder = Callable[[str], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and the documents that answer it."""

    text: str
    gold: frozenset[str]


def main() -> None:
    asyncio.run(_latency())


async def _latency() -> None:
    """Of a question of one sentence, its embedding included, and of the engine alone."""
    chance, embedder = random.Random(7), LocalEmbedder()
    await embedder.query("warm up")
    async with empty() as (database, index):
        knowledge = Knowledge(
            database, _ORGANISATION, index, embedder, SystemClock(), RetrievalSettings()
        )
        filled = 0
        for size in _SIZES:
            await _fill(database, index, size - filled, chance)
            filled = size
            whole, engine = [], []
            for _ in range(_QUERIES):
                question, direction = _said(chance), _direction(chance)
                started = time.perf_counter()
                await knowledge.search(question)
                whole.append((time.perf_counter() - started) * 1000)
                started = time.perf_counter()
                await index.search(_OWNER, direction, encode_query(question))
                engine.append((time.perf_counter() - started) * 1000)
            print(
                f"{size} chunks: search P50 {percentile(whole, 0.5):.1f} ms, "
                f"P95 {percentile(whole, 0.95):.1f} ms; of it the engine "
                f"P50 {percentile(engine, 0.5):.2f} ms, P95 {percentile(engine, 0.95):.2f} ms"
            )


async def _fill(database: Database, index: EdgeIndex, number: int, chance: random.Random) -> None:
    """Chunks as the indexer leaves them, of eight sentences each, with random directions."""
    for _ in range(0, number, _TOLD_AT_ONCE):
        said = ["\n".join(_said(chance) for _ in range(8)) for _ in range(_TOLD_AT_ONCE)]
        chunks = await _written(database, said, told=True)
        await index.upsert(
            [
                ChunkPoint(
                    chunk=Chunk(id=id_, organisation_id=_ORGANISATION, document_id=id_), part=0,
                    text=text, words=text, dense=_direction(chance),
                )
                for id_, text in zip(chunks, said, strict=True)
            ]
        )  # fmt: skip


def _said(chance: random.Random) -> str:
    return f"{chance.choice(_WHAT)}{chance.choice(_HOW)}{chance.randrange(1_000)}"


def _direction(chance: random.Random) -> Vector:
    vector = np.array([chance.gauss(0, 1) for _ in range(DIMENSIONS)], dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def measure(file: Path, queries: Path | None = None) -> dict[str, Any]:
    """The figures of the product's own search; `queries` is a parallel file in another language."""
    return asyncio.run(_product_alone(file, queries, LocalEmbedder()))


def compare(file: Path, queries: Path | None = None) -> list[dict[str, Any]]:
    """The same beside the baselines, on one index."""
    return asyncio.run(compared(file, queries, LocalEmbedder()))


async def _product_alone(file: Path, queries: Path | None, embedder: Embedder) -> dict[str, Any]:
    async with indexed(file, embedder) as ground:
        return await ground.figures(asked_in(file, queries), ground.product)


async def compared(file: Path, queries: Path | None, embedder: Embedder) -> list[dict[str, Any]]:
    async with indexed(file, embedder) as ground:
        asked = asked_in(file, queries)
        return [
            {"ranking": name} | await ground.figures(asked, finder)
            for name, finder in (
                ("product", ground.product), ("words", ground.words),
                ("dense", ground.dense), ("RRF", ground.ranks),
            )
        ]  # fmt: skip


def asked_in(file: Path, queries: Path | None) -> list[Asked]:
    """Questions by themselves, or those of a parallel file: the same ids, in another language."""
    own = _read(file).queries
    gold = {each.id: each.gold for each in own}
    return [
        Asked(text=each.query, gold=frozenset(gold.get(each.id, each.gold)))
        for each in (_read(queries).queries if queries else own)
    ]


class _Document(BaseModel):
    id: str
    text: str


class _Query(BaseModel):
    id: str
    query: str
    gold: list[str] = Field(min_length=1)


class _File(BaseModel):
    name: str
    corpus: list[_Document]
    queries: list[_Query] = Field(min_length=1)


def _read(file: Path) -> _File:
    try:
        return _File.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise ConfigurationError(f"{file}: {error}") from None


class Ground:
    """A knowledge base filled from a file, and what is asked of it."""

    def __init__(
        self, name: str, knowledge: Knowledge, index: EdgeIndex, embedder: Embedder,
        names: dict[int, str], index_s: float,
    ) -> None:  # fmt: skip
        self._name = name
        self._knowledge = knowledge
        self._index = index
        self._embedder = embedder
        self._names = names
        self._index_s = index_s

    async def product(self, text: str) -> list[str]:
        passages = await self._knowledge.search(text, limit=_BEST)
        return [self._names[each.chunk_id] for each in passages]

    async def words(self, text: str) -> list[str]:
        _, sparse = await self._hits(text)
        return sparse

    async def dense(self, text: str) -> list[str]:
        dense, _ = await self._hits(text)
        return dense

    async def ranks(self, text: str) -> list[str]:
        """Reciprocal rank fusion of the two."""
        scores: defaultdict[str, float] = defaultdict(float)
        for hits in await self._hits(text):
            for rank, name in enumerate(hits, start=1):
                scores[name] += 1 / (_RRF + rank)
        return sorted(scores, key=lambda name: scores[name], reverse=True)

    async def _hits(self, text: str) -> tuple[list[str], list[str]]:
        found = await self._index.search(
            _OWNER, await self._embedder.query(text),
            encode_query(text),
        )  # fmt: skip
        return self._documents(found.dense), self._documents(found.sparse)

    def _documents(self, hits: Iterable[int]) -> list[str]:
        """Each once, where its best point stands."""
        return list(dict.fromkeys(self._names[chunk_of(id_)] for id_ in hits))

    async def figures(self, asked: Sequence[Asked], finder: Finder) -> dict[str, Any]:
        """Recall is the mean share of a question's documents among the first; MRR looks at the
        first of them."""
        shares, reciprocal, took = dict.fromkeys(_DEPTHS, 0.0), 0.0, []
        for each in asked:
            started = time.perf_counter()
            found = (await finder(each.text))[:_BEST]
            took.append((time.perf_counter() - started) * 1000)
            for depth in _DEPTHS:
                shares[depth] += len(each.gold.intersection(found[:depth])) / len(each.gold)
            first = next((rank for rank, name in enumerate(found, 1) if name in each.gold), None)
            reciprocal += 1 / first if first else 0.0
        recalls = {f"recall@{depth}": shares[depth] / len(asked) for depth in _DEPTHS}
        return {
            "name": self._name, "n": len(asked), **recalls, "mrr@10": reciprocal / len(asked),
            "index_s": round(self._index_s, 1),
            "query_p50_ms": round(percentile(took, 0.5), 2),
            "query_p95_ms": round(percentile(took, 0.95), 2),
        }  # fmt: skip


@asynccontextmanager
async def indexed(file: Path, embedder: Embedder) -> AsyncIterator[Ground]:
    """The file's corpus in a knowledge base of its own, one chunk a document."""
    content = _read(file)
    async with empty() as (database, index):
        knowledge = Knowledge(
            database, _ORGANISATION, index, embedder, SystemClock(), RetrievalSettings()
        )
        started = time.perf_counter()
        chunks = await _written(database, [each.text for each in content.corpus])
        await knowledge.indexer.reindex_missing()
        took = time.perf_counter() - started
        names = {id_: each.id for id_, each in zip(chunks, content.corpus, strict=True)}
        yield Ground(content.name, knowledge, index, embedder, names, took)


@asynccontextmanager
async def empty() -> AsyncIterator[tuple[Database, EdgeIndex]]:
    with tempfile.TemporaryDirectory() as folder:
        async with Database(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}") as database:
            await migrate(database)
            async with database.unit_of_work() as session:
                session.add(
                    Organisation(
                        id=_ORGANISATION, slug="bench", name="Bench", created_at=SystemClock().now()
                    )
                )
            index = EdgeIndex(Path(folder) / "knowledge")
            yield database, index
            await index.aclose()


async def _written(database: Database, texts: Sequence[str], *, told: bool = False) -> list[int]:
    """Their chunks' ids, in order; each is a document of its own, `told` to the index or not."""
    now = SystemClock().now()
    async with database.unit_of_work() as session:
        first = (await session.scalar(select(func.count(Document.id))) or 0) + 1
        documents = [
            Document(
                organisation_id=_ORGANISATION, number=number, kind=DocumentKind.file, title="",
                current=1, created_at=now,
            )
            for number, _ in enumerate(texts, start=first)
        ]  # fmt: skip
        session.add_all(documents)
        await session.flush()
        chunks = [
            Chunk(
                organisation_id=_ORGANISATION, document_id=document.id, position=0,
                kind=ChunkKind.text, text=text, sha256=sha256(text.encode()).hexdigest(),
                indexed_at=now if told else None,
            )
            for document, text in zip(documents, texts, strict=True)
        ]  # fmt: skip
        session.add_all(chunks)
        await session.flush()
        return [chunk.id for chunk in chunks]
