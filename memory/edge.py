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
from memory.index import CANDIDATES, CURRENT, Found, Owner, Point, found
from memory.sparse import Sparse

log = structlog.get_logger()

T = TypeVar("T")


class EdgeIndex:
    """Opens at first use. One thread owns the shard, so calls wait for each other; one process
    may have it open at a time, which the lock on the data folder sees to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="memory-index")
        self._opening = asyncio.Lock()
        self._shard: edge.EdgeShard | None = None

    async def upsert(self, points: Sequence[Point]) -> None:
        await self._change(edge.UpdateOperation.upsert_points([_point(point) for point in points]))

    async def delete(self, memory_ids: Sequence[int]) -> None:
        await self._change(edge.UpdateOperation.delete_points([*memory_ids]))

    async def delete_owner(self, owner: Owner) -> None:
        filter_ = edge.Filter(must=[_is("owner", owner.key)])
        await self._change(edge.UpdateOperation.delete_points_by_filter(filter_))

    async def search(
        self, owner: Owner, dense: Vector, sparse: Sparse, *, history: bool = False
    ) -> Found:
        requests = _requests(owner, dense, sparse, history=history)
        near, similar = await self._run(
            lambda shard: shard.query_batch(edge.QueryBatchRequest(requests))
        )
        return found(
            sparse,
            dense=[(hit.id, hit.score) for hit in near],
            sparse=[(hit.id, hit.score, _indices(hit)) for hit in similar],
        )

    async def count(self, organisation_id: int) -> int:
        request = edge.CountRequest(filter=edge.Filter(must=[_is("organisation", organisation_id)]))
        return await self._run(lambda shard: shard.count(request))

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
    for name, schema in (
        ("owner", edge.KeywordIndexParams(is_tenant=True)),
        ("organisation", edge.PayloadSchemaType.Integer),
    ):
        shard.update(edge.UpdateOperation.create_field_index(name, schema))
    shard.flush()
    return shard


def _point(point: Point) -> edge.Point:
    return edge.Point(
        point.memory_id,
        {"dense": point.dense.tolist(), "sparse": _sparse(point.sparse)},
        point.payload,
    )


def _requests(
    owner: Owner, dense: Vector, sparse: Sparse, *, history: bool
) -> list[edge.QueryRequest]:
    """The dense search, then the sparse one with the term frequencies of this person's memories."""
    mine = _is("owner", owner.key)
    filter_ = edge.Filter(must=[mine] if history else [mine, _is("state", CURRENT)])
    return [
        edge.QueryRequest(
            CANDIDATES, query=edge.Query.Nearest(dense.tolist(), using="dense"), filter=filter_
        ),
        edge.QueryRequest(
            CANDIDATES,
            query=edge.Query.Nearest(_sparse(sparse), using="sparse"),
            filter=filter_,
            params=edge.SearchParams(idf=edge.IdfParams(corpus=edge.Filter(must=[mine]))),
            with_vector=["sparse"],
        ),
    ]


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
