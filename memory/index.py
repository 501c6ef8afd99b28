"""What a vector index of memories promises. It knows ids, owners and vectors, never texts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from memory.embeddings import Vector
from memory.sparse import Sparse

# How many of the nearest are looked at by each of the two searches; a person has about 100.
CANDIDATES = 64

# Words, because the engine in process reads a match with True as one with the number 1.
CURRENT, PAST = "current", "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    organisation_id: int
    person_id: int

    @property
    def key(self) -> str:
        """The tenant in the index. The organisation is in it, so it cannot be forgotten."""
        return f"{self.organisation_id}:{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """`current` is false for what held once and does no more."""

    memory_id: int
    owner: Owner
    current: bool
    dense: Vector
    sparse: Sparse

    @property
    def payload(self) -> dict[str, Any]:
        """All that an index keeps beside the vectors."""
        return {
            "owner": self.owner.key,
            "organisation": self.owner.organisation_id,
            "state": CURRENT if self.current else PAST,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`dense` (cosine) and `sparse` (above zero) by memory id, the best first; `frequencies` says
    how many of the sparse ones have each term of the query."""

    dense: Mapping[int, float] = field(default_factory=dict)
    sparse: Mapping[int, float] = field(default_factory=dict)
    frequencies: Mapping[int, int] = field(default_factory=dict)


class VectorIndex(Protocol):
    """Every method raises TransientError when the index cannot be reached."""

    async def upsert(self, points: Sequence[Point]) -> None:
        """When this returns, the points survive kill -9."""

    async def delete(self, memory_ids: Sequence[int]) -> None: ...

    async def delete_owner(self, owner: Owner) -> None: ...

    async def search(
        self, owner: Owner, dense: Vector, sparse: Sparse, *, history: bool = False
    ) -> Found:
        """The nearest memories of one person; `history` also finds what holds no more."""

    async def count(self, organisation_id: int) -> int: ...

    async def aclose(self) -> None: ...


def found(
    query: Sparse,
    *,
    dense: Iterable[tuple[Any, float]],
    sparse: Iterable[tuple[Any, float, Sequence[int]]],
) -> Found:
    """What both engines answer: id and score of the dense hits; id, score and terms of the sparse
    ones. A sparse hit of score zero shares no term with the query and is none."""
    hits = [(int(id_), score, indices) for id_, score, indices in sparse if score > 0]
    wanted = set(query.indices)
    return Found(
        dense={int(id_): score for id_, score in dense},
        sparse={id_: score for id_, score, _ in hits},
        frequencies=Counter(index for _, _, terms in hits for index in wanted.intersection(terms)),
    )
