"""A vector index that remembers what it was told and finds nothing."""

from collections.abc import Sequence

from memory.embeddings import Vector
from memory.index import ANY, CANDIDATES, Found, Item, Labels, Owner
from memory.sparse import Sparse


class FakeIndex:
    def __init__(self) -> None:
        self.points: dict[int, Item] = {}

    async def upsert(self, points: Sequence[Item]) -> None:
        self.points |= {point.id: point for point in points}

    async def delete(self, ids: Sequence[int]) -> None:
        for id_ in ids:
            self.points.pop(id_, None)

    async def delete_owner(self, owner: Owner) -> None:
        await self.delete(self._with("owner", owner.key))

    async def search(
        self, owner: Owner, dense: Vector, sparse: Sparse, *,
        history: bool = False, among: Labels = ANY, limit: int = CANDIDATES,
    ) -> Found:  # fmt: skip
        return Found()

    async def count(self, organisation_id: int, among: Labels = ANY) -> int:
        return sum(
            all(self.points[id_].payload[name] in any_ for name, any_ in among.items())
            for id_ in await self.ids(organisation_id)
        )

    async def ids(self, organisation_id: int) -> set[int]:
        return {*self._with("organisation", organisation_id)}

    async def aclose(self) -> None: ...

    def _with(self, label: str, value: str | int) -> list[int]:
        return [id_ for id_, point in self.points.items() if point.payload[label] == value]
