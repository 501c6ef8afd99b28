"""A vector index that remembers what it was told and finds nothing."""

from collections.abc import Sequence

from memory.embeddings import Vector
from memory.index import Found, Owner, Point
from memory.sparse import Sparse


class FakeIndex:
    def __init__(self) -> None:
        self.points: dict[int, Point] = {}

    async def upsert(self, points: Sequence[Point]) -> None:
        self.points |= {point.memory_id: point for point in points}

    async def delete(self, memory_ids: Sequence[int]) -> None:
        for memory_id in memory_ids:
            self.points.pop(memory_id, None)

    async def delete_owner(self, owner: Owner) -> None:
        await self.delete([id_ for id_, point in self.points.items() if point.owner == owner])

    async def search(
        self, owner: Owner, dense: Vector, sparse: Sparse, *, history: bool = False
    ) -> Found:
        return Found()

    async def count(self, organisation_id: int) -> int:
        return sum(p.owner.organisation_id == organisation_id for p in self.points.values())

    async def aclose(self) -> None: ...
