"""The vector index on a Qdrant server (1.19 or newer), which several processes may share."""

import asyncio
import warnings
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

from config.errors import TransientError
from memory.embeddings import DIMENSIONS, Vector
from memory.index import ANY, CANDIDATES, LABELS, PAST, Found, Item, Labels, Owner, found
from memory.sparse import Sparse

T = TypeVar("T")

_PAGE = 1_000


class ServerIndex:
    """One collection for all organisations; made at first use when the server has none."""

    def __init__(
        self, url: str, api_key: str | None, *, collection: str, timeout_seconds: int
    ) -> None:
        with warnings.catch_warnings():
            # A key without TLS is the operator's choice, in a network of their own.
            warnings.simplefilter("ignore", UserWarning)
            # The compatibility check would ask the server here, and block until it answers.
            self._client = AsyncQdrantClient(
                url=url, api_key=api_key, timeout=timeout_seconds, check_compatibility=False
            )
        self._collection = collection
        self._preparing = asyncio.Lock()
        self._prepared = False

    async def upsert(self, points: Sequence[Item]) -> None:
        await self._prepare()
        rows = [
            models.PointStruct(
                id=point.id,
                vector={"dense": point.dense.tolist(), "sparse": _sparse(point.sparse)},
                payload=point.payload,
            )
            for point in points
        ]
        await self._answer(self._client.upsert(self._collection, rows, wait=True))

    async def delete(self, ids: Sequence[int]) -> None:
        await self._prepare()
        chosen = models.PointIdsList(points=[*ids])
        await self._answer(self._client.delete(self._collection, chosen, wait=True))

    async def delete_owner(self, owner: Owner) -> None:
        await self._prepare()
        chosen = models.FilterSelector(filter=models.Filter(must=[_is("owner", owner.key)]))
        await self._answer(self._client.delete(self._collection, chosen, wait=True))

    async def search(
        self, owner: Owner, dense: Vector, sparse: Sparse, *,
        history: bool = False, among: Labels = ANY, limit: int = CANDIDATES,
    ) -> Found:  # fmt: skip
        await self._prepare()
        requests = _requests(owner, dense, sparse, history=history, among=among, limit=limit)
        near, similar = await self._answer(
            self._client.query_batch_points(self._collection, requests)
        )
        return found(
            sparse,
            dense=[(hit.id, hit.score) for hit in near.points],
            sparse=[(hit.id, hit.score, _indices(hit)) for hit in similar.points],
        )

    async def count(self, organisation_id: int, among: Labels = ANY) -> int:
        await self._prepare()
        wanted = models.Filter(must=[_is("organisation", organisation_id), *_among(among)])
        counted = await self._answer(self._client.count(self._collection, wanted, exact=True))
        return counted.count

    async def ids(self, organisation_id: int) -> set[int]:
        await self._prepare()
        mine = models.Filter(must=[_is("organisation", organisation_id)])
        known, offset = set[int](), None
        while True:
            rows, offset = await self._answer(
                self._client.scroll(
                    self._collection, mine, limit=_PAGE, offset=offset, with_payload=False
                )
            )
            known.update(int(row.id) for row in rows)
            if offset is None:
                return known

    async def aclose(self) -> None:
        await self._client.close()

    async def _answer(self, call: Awaitable[T]) -> T:
        """What the server answers; raises TransientError when it cannot be reached or refuses."""
        try:
            return await call
        except (ApiException, QdrantException) as error:
            # The collection may be gone with a server that was made anew.
            self._prepared = False
            raise TransientError(f"Qdrant: {error}") from error

    async def _prepare(self) -> None:
        async with self._preparing:
            if not self._prepared:
                if not await self._answer(self._client.collection_exists(self._collection)):
                    await self._create()
                self._prepared = True

    async def _create(self) -> None:
        await self._answer(
            self._client.create_collection(
                self._collection,
                vectors_config={
                    "dense": models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
                },
                sparse_vectors_config={
                    "sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)
                },
            )
        )
        tenant = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
        await self._answer(
            self._client.create_payload_index(self._collection, "owner", field_schema=tenant)
        )
        for name in ("organisation", *LABELS):
            number = models.PayloadSchemaType.INTEGER
            await self._answer(
                self._client.create_payload_index(self._collection, name, field_schema=number)
            )


def _requests(
    owner: Owner,
    dense: Vector,
    sparse: Sparse,
    *,
    history: bool,
    among: Labels,
    limit: int,
) -> list[models.QueryRequest]:
    """The dense search, then the sparse one with the term frequencies of all that is the owner's."""
    mine = _is("owner", owner.key)
    past = None if history else [_is("state", PAST)]
    filter_ = models.Filter(must=[mine, *_among(among)], must_not=past)
    corpus = models.IdfCorpusParams(corpus=models.Filter(must=[mine]))
    return [
        models.QueryRequest(
            query=dense.tolist(), using="dense", filter=filter_, limit=limit
        ),
        models.QueryRequest(
            query=_sparse(sparse), using="sparse", filter=filter_, limit=limit,
            params=models.SearchParams(idf=corpus), with_vector=["sparse"],
        ),
    ]  # fmt: skip


def _among(labels: Labels) -> list[models.FieldCondition]:
    return [
        models.FieldCondition(key=name, match=models.MatchAny(any=[*any_]))
        for name, any_ in labels.items()
    ]


def _is(field: str, value: str | int) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchValue(value=value))


def _sparse(sparse: Sparse) -> models.SparseVector:
    return models.SparseVector(indices=[*sparse.indices], values=[*sparse.values])


def _indices(hit: models.ScoredPoint) -> list[int]:
    vectors = hit.vector
    assert isinstance(vectors, dict)
    sparse = vectors["sparse"]
    assert isinstance(sparse, models.SparseVector)
    return sparse.indices
