"""The vector index in this process: Qdrant's own engine on a folder.

It keeps no write-ahead log: a change is flushed before it counts, and an index that was lost or
damaged is filled again from the database.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import qdrant_edge as edge
import structlog

from config.errors import TransientError
from memory.embeddings import DIMENSIONS, Vector
from memory.index import ANY, CANDIDATES, LABELS, PAST, Found, Item, Labels, Owner, found
from memory.sparse import Sparse

log = structlog.get_logger()

T = TypeVar("T")

_PAGE = 1_000


class EdgeIndex:
    """Opens at first use. One thread owns the shard, so calls wait for each other; one process
    may have it open at a time, which the lock on the data folder sees to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="memory-index")
        self._opening = asyncio.Lock()
        self._shard: edge.EdgeShard | None = None

    async def upsert(self, points: Sequence[Item]) -> None:
        await self._change(edge.UpdateOperation.upsert_points([_point(point) for point in points]))

    async def delete(self, ids: Sequence[int]) -> None:
        await self._change(edge.UpdateOperation.delete_points([*ids]))

    async def delete_owner(self, owner: Owner) -> None:
        filter_ = edge.Filter(must=[_is("owner", owner.key)])
        await self._change(edge.UpdateOperation.delete_points_by_filter(filter_))

    async def search(
        self, owner: Owner, dense: Vector, sparse: Sparse, *,
        history: bool = False, among: Labels = ANY, limit: int = CANDIDATES,
    ) -> Found:  # fmt: skip
        requests = _requests(owner, dense, sparse, history=history, among=among, limit=limit)
        near, similar = await self._run(
            lambda shard: shard.query_batch(edge.QueryBatchRequest(requests))
        )
        return found(
            sparse,
            dense=[(hit.id, hit.score) for hit in near],
            sparse=[(hit.id, hit.score, _indices(hit)) for hit in similar],
        )

    async def count(self, organisation_id: int, among: Labels = ANY) -> int:
        mine = edge.Filter(must=[_is("organisation", organisation_id), *_among(among)])
        request = edge.CountRequest(filter=mine)
        return await self._run(lambda shard: shard.count(request))

    async def ids(self, organisation_id: int) -> set[int]:
        mine = edge.Filter(must=[_is("organisation", organisation_id)])
        return await self._run(lambda shard: _all_ids(shard, mine))

    async def aclose(self) -> None:
        if self._shard is not None:
            await self._call(self._shard.close)
            self._shard = None
        self._thread.shutdown()

    async def _change(self, operation: edge.UpdateOperation) -> None:
        def change(shard: edge.EdgeShard) -> None:
            shard.update(operation)
            shard.flush()

        await self._run(change)

    async def _run(self, work: Callable[[edge.EdgeShard], T]) -> T:
        shard = await self._opened()
        return await self._call(lambda: work(shard))

    async def _opened(self) -> edge.EdgeShard:
        async with self._opening:
            if self._shard is None:
                self._shard = await self._open()
            return self._shard

    async def _open(self) -> edge.EdgeShard:
        if self._folder.exists():
            try:
                return await self._call(lambda: edge.EdgeShard.load(str(self._folder)))
            except TransientError as error:
                log.warning("memory.index_damaged", error=str(error))
                shutil.rmtree(self._folder)
        return await self._call(lambda: _create(self._folder))

    async def _call(self, work: Callable[[], T]) -> T:
        """Run `work` in the shard's thread. The engine has no error of its own kind: it raises
        bare exceptions, which become TransientError here."""
        attempt = asyncio.get_running_loop().run_in_executor(self._thread, work)
        await asyncio.wait([attempt])
        if error := attempt.exception():
            raise TransientError(f"memory index: {error}") from error
        return attempt.result()


def _create(folder: Path) -> edge.EdgeShard:
    folder.mkdir(parents=True)
    shard = edge.EdgeShard.create(
        str(folder),
        edge.EdgeConfig(
            vectors={"dense": edge.EdgeVectorParams(DIMENSIONS, edge.Distance.Cosine)},
            sparse_vectors={"sparse": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
            max_search_threads=1,
            wal_enabled=False,
        ),
    )
    tenant = edge.KeywordIndexParams(is_tenant=True)
    shard.update(edge.UpdateOperation.create_field_index("owner", tenant))
    for name in ("organisation", *LABELS):
        number = edge.PayloadSchemaType.Integer
        shard.update(edge.UpdateOperation.create_field_index(name, number))
    shard.flush()
    return shard


def _all_ids(shard: edge.EdgeShard, filter_: edge.Filter) -> set[int]:
    known, offset = set[int](), None
    while True:
        rows, offset = shard.scroll(
            edge.ScrollRequest(
                offset=offset, limit=_PAGE, filter=filter_, with_payload=False, with_vector=False
            )
        )
        known.update(int(row.id) for row in rows)
        if offset is None:
            return known


def _point(point: Item) -> edge.Point:
    return edge.Point(
        point.id,
        {"dense": point.dense.tolist(), "sparse": _sparse(point.sparse)},
        point.payload,
    )


def _requests(
    owner: Owner,
    dense: Vector,
    sparse: Sparse,
    *,
    history: bool,
    among: Labels,
    limit: int,
) -> list[edge.QueryRequest]:
    """The dense search, then the sparse one with the term frequencies of all that is the owner's."""
    mine = _is("owner", owner.key)
    filter_ = edge.Filter(
        must=[mine, *_among(among)], must_not=[] if history else [_is("state", PAST)]
    )
    return [
        edge.QueryRequest(
            limit, query=edge.Query.Nearest(dense.tolist(), using="dense"), filter=filter_
        ),
        edge.QueryRequest(
            limit,
            query=edge.Query.Nearest(_sparse(sparse), using="sparse"),
            filter=filter_,
            params=edge.SearchParams(idf=edge.IdfParams(corpus=edge.Filter(must=[mine]))),
            with_vector=["sparse"],
        ),
    ]


def _among(labels: Labels) -> list[edge.FieldCondition]:
    return [edge.FieldCondition(name, edge.MatchAny([*any_])) for name, any_ in labels.items()]


def _is(field: str, value: str | int) -> edge.FieldCondition:
    return edge.FieldCondition(field, edge.MatchValue(value))


def _sparse(sparse: Sparse) -> edge.SparseVector:
    return edge.SparseVector([*sparse.indices], [*sparse.values])


def _indices(hit: edge.ScoredPoint) -> list[int]:
    vectors = hit.vector
    assert isinstance(vectors, dict)
    sparse = vectors["sparse"]
    assert isinstance(sparse, edge.SparseVector)
    return sparse.indices
