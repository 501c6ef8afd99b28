"""What a vector index of memories or of chunks promises. It knows ids, owners, vectors and a few
labels to choose by, never texts."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from memory.embeddings import Vector
from memory.sparse import Sparse

# How many of the nearest are looked at by each of the two searches, unless more are asked for.
CANDIDATES = 64

# Words, because the engine in process reads a match with True as one with the number 1.
CURRENT, PAST = "current", "past"


# Only points that have one of these numbers under each of these names.
Labels = Mapping[str, Collection[int]]
ANY: Labels = {}
LABELS = ("document", "part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """`person_id` is 0 for what belongs to the organisation as a whole."""

    organisation_id: int
    person_id: int = 0

    @property
    def key(self) -> str:
        """The tenant in the index. The organisation is in it, so it cannot be forgotten."""
        return f"{self.organisation_id}:{self.person_id}"


class Item(Protocol):
    """What an index keeps under one number: two vectors, and a payload to choose by, in which
    `owner` and `organisation` are a must."""

    @property
    def id(self) -> int: ...

    @property
    def dense(self) -> Vector: ...

    @property
    def sparse(self) -> Sparse: ...

    @property
    def payload(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A memory. `current` is false for what held once and does no more."""

    memory_id: int
    owner: Owner
    current: bool
    dense: Vector
    sparse: Sparse

    @property
    def id(self) -> int:
        return self.memory_id

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
    """`dense` (cosine) and `sparse` (above zero) by id, the best first; `matched` says which terms
    of the query each of the sparse ones has, `frequencies` how many of them have each term."""

    dense: Mapping[int, float] = field(default_factory=dict)
    sparse: Mapping[int, float] = field(default_factory=dict)
    matched: Mapping[int, frozenset[int]] = field(default_factory=dict)
    frequencies: Mapping[int, int] = field(default_factory=dict)


class VectorIndex(Protocol):
    """Every method raises TransientError when the index cannot be reached."""

    async def upsert(self, points: Sequence[Item]) -> None:
        """When this returns, the points survive kill -9."""

    async def delete(self, ids: Sequence[int]) -> None: ...

    async def delete_owner(self, owner: Owner) -> None: ...

    async def search(
        self, owner: Owner, dense: Vector, sparse: Sparse, *,
        history: bool = False, among: Labels = ANY, limit: int = CANDIDATES,
    ) -> Found:  # fmt: skip
        """The owner's nearest, at most `limit` by each search; `history` also finds what holds no
        more."""

    async def count(self, organisation_id: int, among: Labels = ANY) -> int: ...

    async def ids(self, organisation_id: int) -> set[int]:
        """All that it holds for an organisation; for comparing with the database."""

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
    wanted = frozenset(query.indices)
    matched = {id_: wanted.intersection(terms) for id_, _, terms in hits}
    return Found(
        dense={int(id_): score for id_, score in dense},
        sparse={id_: score for id_, score, _ in hits},
        matched=matched,
        frequencies=Counter(index for terms in matched.values() for index in terms),
    )
