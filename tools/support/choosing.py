"""Which statements of the passages answer a question, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from memory.knowledge import Passage
from tools.support.asked import Question, shape
from tools.support.judging import FITTED, Coefficients, Judge
from tools.support.statements import Statement, statements

# Scores are logits: others are told beside the best one when they are nearly as good.
_BESIDE = 1.0
# From here on somebody may have meant it.
_CLOSE, _CLOSE_BESIDE = 0.24, 2.0
MOST_STATEMENTS = 4
# A statement that is met first takes 5 to 10 ms.
_EMBEDDED = 14


class Nearness(Protocol):
    """memory/meaning.py, or what was measured with it."""

    async def nearness(self, question: str, statements: Sequence[str]) -> list[float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`chosen` by passage, in reading order; `sure` is 0…1, how likely the best of them is an answer. `near` are
    the places of passages that may be meant, the nearest first."""

    chosen: tuple[Statement, ...] = ()
    sure: float = 0.0
    near: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Of the statements that were embedded, by their place: scores and nearness in meaning; and the
    signs that the best one is an answer."""

    scores: Mapping[int, float]
    near: Mapping[int, float]
    best: int
    signs: tuple[float, ...]


async def choose(
    question: Question, passages: Sequence[Passage], meanings: Nearness,
    coefficients: Coefficients = FITTED,
) -> Choice:  # fmt: skip
    """At most four statements, those that stand beside the best only when nearly as good."""
    found = statements(passages)
    if not found:
        return Choice()
    judged = await judge(question, passages, found, meanings, coefficients)
    return Choice(
        chosen=_told(question, found, judged.scores), sure=coefficients.sure(judged.signs),
        near=_meant(found, judged),
    )  # fmt: skip


async def judge(
    question: Question, passages: Sequence[Passage], found: Sequence[Statement], meanings: Nearness,
    coefficients: Coefficients,
) -> Judgement:  # fmt: skip
    judge_ = Judge(question, passages)
    traits = [judge_.traits(each) for each in found]
    order = sorted(range(len(found)), key=lambda at: (-coefficients.score(traits[at]), at))
    first = sorted(order[:_EMBEDDED])
    said = [headed(found[at], passages[found[at].passage]) for at in first]
    near = dict(zip(first, await meanings.nearness(question.whole, said), strict=True))
    scores = {at: coefficients.score(traits[at], near[at]) for at in first}
    best = max(scores, key=lambda at: scores[at])
    signs = judge_.signs(found[best], scores[best], near[best], [*near.values()])
    return Judgement(scores=scores, near=near, best=best, signs=signs)


def _told(
    question: Question, found: Sequence[Statement], scores: Mapping[int, float]
) -> tuple[Statement, ...]:
    """The best, and those nearly as good that say as much of what is asked for."""
    ranked = sorted(scores, key=lambda at: -scores[at])
    best = ranked[0]
    if found[best].whole:
        return (found[best],)
    fits = shape(question, found[best].text)[0]
    beside = [
        at
        for at in ranked
        if scores[at] >= scores[best] - _BESIDE and shape(question, found[at].text)[0] >= fits
        and not found[at].whole
    ][:MOST_STATEMENTS]  # fmt: skip
    # The passage of the best one first, and each in its own order.
    places = [*dict.fromkeys(found[at].passage for at in beside)]
    beside.sort(key=lambda at: (places.index(found[at].passage), at))
    return tuple(found[at] for at in beside)


def _meant(found: Sequence[Statement], judged: Judgement) -> tuple[int, ...]:
    least = judged.scores[judged.best] - _CLOSE_BESIDE
    ranked = sorted(judged.scores, key=lambda at: -judged.scores[at])
    close = [at for at in ranked if judged.near[at] >= _CLOSE and judged.scores[at] >= least]
    return tuple(dict.fromkeys(found[at].passage for at in close))


def headed(statement: Statement, passage: Passage) -> str:
    """A statement with the question that it answers, or else the heading that it stands under."""
    above = passage.question or passage.heading.rpartition(" > ")[2]
    return f"{above}: {statement.text}" if above else statement.text
