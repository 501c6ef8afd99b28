"""From two lists of hits to the memories worth reading, the best first. No model is asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from memory.dialogue import Asked, Turn, ranked
from memory.index import Found
from memory.sparse import Sparse, rarity
from memory.tokens import estimate_tokens
from storage.tables.memory import MemoryKind

MOST_TOKENS = 1_500
# Words find what a small dense model blurs (names, numbers, rare words): on dialogues of both
# languages 0.5 to 0.7 are best.
_SPARSE_SHARE = 0.6
# Cosines of this model lie close together; one that is so far below the best counts nothing.
_DENSE_WIDTH = 0.2
# A memory that is old and unimportant still counts a third: this reorders, it never filters.
_LEAST_FACTOR, _MOST_FACTOR = 0.3, 1.5
# What was said at some time stays true of that time: age only decides between equals.
_EPISODE_RECENCY = 0.05


class Held(Protocol):
    """What a memory is ranked by, without its words."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> MemoryKind: ...
    @property
    def importance(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def used_at(self) -> datetime: ...
    @property
    def valid_to(self) -> datetime | None: ...


class Placed(Held, Protocol):
    """Where it comes from, too."""

    @property
    def source_inbox_id(self) -> int | None: ...
    @property
    def conversation_id(self) -> int | None: ...
    @property
    def speaker(self) -> str | None: ...
    @property
    def happens_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A memory and its score. `outdated` are statements of the same message that hold no more."""

    id: int
    score: float
    current: bool
    outdated: tuple[int, ...] = ()


def fuse(found: Found, query: Sparse, corpus: int) -> dict[int, float]:
    """A score of 0…1 for every hit, out of `corpus` memories.

    Scores are normalised and added, because ranks alone lose to plain word search. Sparse hits
    weigh as much as the index knows of the question's words: a question in another language, of
    which only a name is known, must not be decided by that name.
    """
    weight = _SPARSE_SHARE * known_share(found.frequencies, query, corpus)
    dense = _relative(found.dense)
    top = max(found.sparse.values(), default=1.0)
    return {
        id_: (1 - weight) * dense.get(id_, 0.0) + weight * found.sparse.get(id_, 0.0) / top
        for id_ in {**found.dense, **found.sparse}
    }


def known_share(frequencies: Mapping[int, int], query: Sparse, corpus: int) -> float:
    """How much of the question's weight lies on words that stand in some memory, 0…1."""
    masses = {
        index: weight * rarity(frequencies.get(index, 0), corpus)
        for index, weight in zip(query.indices, query.values, strict=True)
    }
    total = sum(masses.values())
    return sum(masses[index] for index in frequencies) / total if total else 0.0


def share_of_words(passage: Sparse, query: Sparse) -> float:
    """How much of the question's weight `passage` has, 0…1; for what no index knows yet."""
    held = set(passage.indices)
    total = sum(query.values)
    weights = zip(query.indices, query.values, strict=True)
    return sum(weight for index, weight in weights if index in held) / total if total else 0.0


def factor(memory: Held, now: datetime, half_life: timedelta) -> float:
    """How much recency and importance raise or lower a memory, 0.3…1.5."""
    scale = (0.4 + 0.8 * _recency(memory, now, half_life)) * weight(memory)
    return min(_MOST_FACTOR, max(_LEAST_FACTOR, scale))


def weight(memory: Held) -> float:
    """How much its importance raises or lowers it, 0.85…1.15."""
    return 0.85 + 0.3 * memory.importance / 100


def ordered(
    memories: Sequence[Placed], scores: Mapping[int, float], question: Asked, *,
    own_name: str, now: datetime, half_life: timedelta, zone: tzinfo,
) -> list[Ranked]:  # fmt: skip
    """Every memory that has a score, the best first: what holds now before what held once, and
    of what comes from the same message only the best. `memories` are in the order of time."""
    episodes = [row for row in memories if row.kind is MemoryKind.episode]
    told = {row.source_inbox_id: row.id for row in episodes if row.source_inbox_id is not None}
    alone = {row.id: scores.get(row.id, 0.0) * weight(row) for row in memories}
    groups, outdated = defaultdict[int, list[Placed]](list), defaultdict[int, list[int]](list)
    for row in memories:
        turn_id = told.get(row.source_inbox_id or 0, row.id)
        if row.valid_to is not None:
            outdated[turn_id].append(row.id)
        groups[row.id if row.valid_to is not None else turn_id].append(row)
    best = {turn.id: max(alone[row.id] for row in groups[turn.id]) for turn in episodes}
    talks = ranked([_turn(row, own_name) for row in episodes], best, question, zone)
    result: list[Ranked] = []
    for id_, rows in groups.items():
        lead = max(rows, key=lambda row: (alone[row.id], row.kind is not MemoryKind.episode))
        if id_ in talks:
            score = talks[id_] * (1 + _EPISODE_RECENCY * (_recency(lead, now, half_life) - 0.5))
        else:
            score = scores.get(id_, 0.0) * factor(lead, now, half_life)
        if score > 0 or lead.id in scores:
            result.append(
                Ranked(
                    id=lead.id, score=score, current=lead.valid_to is None,
                    outdated=tuple(outdated[id_]) if lead.id in talks else (),
                )
            )  # fmt: skip
    return sorted(result, key=lambda each: (each.current, each.score, each.id), reverse=True)


def _turn(row: Placed, own_name: str) -> Turn:
    return Turn(
        id=row.id, conversation_id=row.conversation_id, at=row.created_at,
        speaker=row.speaker or own_name, day=row.happens_on,
    )  # fmt: skip


def within(texts: Sequence[str]) -> int:
    """How many of the first texts are at most 1,500 tokens together."""
    tokens = 0
    for number, text in enumerate(texts):
        tokens += estimate_tokens(text)
        if tokens > MOST_TOKENS:
            return number
    return len(texts)


def _recency(memory: Held, now: datetime, half_life: timedelta) -> float:
    """1 for what was just said or used, half of it after each half-life."""
    age = max(timedelta(0), now - max(memory.created_at, memory.used_at))
    share: float = 0.5 ** (age / half_life)
    return share


def _relative(scores: Mapping[int, float]) -> dict[int, float]:
    """1 for the best cosine, falling to 0."""
    top = max(scores.values(), default=0.0)
    return {id_: max(0.0, 1 - (top - score) / _DENSE_WIDTH) for id_, score in scores.items()}
