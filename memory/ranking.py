"""From the hits of a question to scores: which chunks, in what order, and how sure."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from memory.sparse import Sparse, rarity

# Equal shares of meaning and words: between 0.4 and 0.6 nothing changes much.
_SPARSE_SHARE = 0.5
# Cosines of this model lie close together; one that is so far below the best counts nothing.
_DENSE_WIDTH = 0.15
# Question and text in two languages have a cosine that is lower by this, however well they fit.
_BETWEEN_LANGUAGES = 0.04
# The cosine of a question and a text of other matters, and the score of one word that few have:
# what a sentence's weight begins with, so that one without a word in common still counts.
_NOTHING_IN_COMMON, _ONE_WORD = 0.7, 5.0
# Below every cosine by more than the width.
_FAR = -2.0
# Where there are words but no cosine, as if it were that of any hit.
_ANY_HIT = 0.86


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What the two searches say of one chunk: its cosine (empty: not among the nearest), its word
    score, which terms of the question it has, and whether it is in the question's script."""

    dense: float | None = None
    sparse: float = 0.0
    matched: frozenset[int] = frozenset()
    alike: bool = True

    def with_(self, other: "Hit") -> "Hit":
        """The better of each, of two points of one chunk."""
        near = [each for each in (self.dense, other.dense) if each is not None]
        return Hit(
            dense=max(near, default=None), sparse=max(self.sparse, other.sparse),
            matched=self.matched | other.matched, alike=self.alike and other.alike,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """What one sentence found: 0…1 by chunk (1 is the best), how sure it is that the best answers
    (0…1), and how much the sentence counts beside others of the same message."""

    shares: Mapping[int, float] = field(default_factory=dict)
    sure: float = 0.0
    weight: float = 0.0


def rank(hits: Mapping[int, Hit], query: Sparse, corpus: int) -> Ranked:
    """The hits of one sentence, out of `corpus` chunks."""
    masses = _masses(hits, query, corpus)
    fused = _fused(hits, masses)
    best = max(fused, key=lambda id_: fused[id_], default=None)
    if best is None or not fused[best]:
        return Ranked()
    hit = hits[best]
    covered = sum(masses[index] for index in hit.matched) / (sum(masses.values()) or 1)
    near = max(0.0, _near(hit, _NOTHING_IN_COMMON) - _NOTHING_IN_COMMON)
    return Ranked(
        shares={id_: score / fused[best] for id_, score in fused.items()},
        sure=confidence(hit.dense, covered, alike=hit.alike),
        weight=(_ONE_WORD + hit.sparse) * near**2,
    )


def combined(found: Sequence[Ranked]) -> dict[int, float]:
    """A score of 0…1 for every chunk, which is comparable between messages: how sure it is that the
    best one answers, and for the others less by their distance to it.

    Of several sentences a chunk's best one counts, weighted by how much it says that the documents
    answer: greetings and the story around a question find something, too."""
    heaviest = max((each.weight for each in found), default=0.0)
    if not heaviest:
        alone = max(found, key=lambda each: each.sure, default=Ranked())
        return {id_: alone.sure * share for id_, share in alone.shares.items()}
    surest: dict[int, float] = {}
    for each in found:
        for id_, share in each.shares.items():
            surest[id_] = max(surest.get(id_, 0.0), each.weight / heaviest * share)
    sure = max(each.sure for each in found if each.weight == heaviest)
    return {id_: sure * share for id_, share in surest.items()}


def confidence(cosine: float | None, covered: float, *, alike: bool) -> float:
    """How probable it is that a question is answered by a text with this cosine, which has this
    share of the weight of its words. Logistic regressions on questions whose paragraph was there or
    not; words say little between languages."""
    near = _ANY_HIT if cosine is None else cosine
    logit = 50 * near + 13 * covered - 48 if alike else 58 * near + 3.5 * covered - 44
    return 1 / (1 + math.exp(-logit))


def _masses(hits: Mapping[int, Hit], query: Sparse, corpus: int) -> dict[int, float]:
    """The weight of each of the question's terms, times BM25's inverse document frequency."""
    frequencies = Counter(index for hit in hits.values() for index in hit.matched)
    return {
        index: weight * rarity(frequencies[index], corpus)
        for index, weight in zip(query.indices, query.values, strict=True)
    }


def _fused(hits: Mapping[int, Hit], masses: Mapping[int, float]) -> dict[int, float]:
    """Scores are normalised and added, because ranks alone lose to plain word search. Words weigh
    as much as the index knows of the question's: one in another language, of which only a name is
    known, must not be decided by that name."""
    known = {index for hit in hits.values() for index in hit.matched}
    weight = _SPARSE_SHARE * sum(masses[index] for index in known) / (sum(masses.values()) or 1)
    nearest = max((_near(hit, _FAR) for hit in hits.values()), default=0.0)
    top = max((hit.sparse for hit in hits.values()), default=0.0) or 1.0
    return {
        id_: (1 - weight) * max(0.0, 1 - (max(nearest, -1.0) - _near(hit, _FAR)) / _DENSE_WIDTH)
        + weight * hit.sparse / top
        for id_, hit in hits.items()
    }


def _near(hit: Hit, otherwise: float) -> float:
    """Its cosine, as if it were in the question's language."""
    if hit.dense is None:
        return otherwise
    return hit.dense + (0.0 if hit.alike else _BETWEEN_LANGUAGES)
