"""How well a statement answers a question, and how sure it is that it does.

Both judgements are linear. Their coefficients were fitted by `python -m bench answers` on questions
about seven companies (bench/answers_dev.jsonl, bench/support.jsonl), each company's figures taken with
coefficients of the other six; bench/README.md has the figures.
"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from memory.knowledge import Passage
from memory.sparse import encode_passage, encode_query
from memory.terms import folded, in_han
from tools.support.asked import Question, in_range, shape, subject_of
from tools.support.everyday import ideas, without_ideas
from tools.support.statements import Statement

# An idea beside a pair of characters (memory/terms.py).
_IDEA = 2.0
# A word of which no passage has anything is colloquial as often as it is another subject.
_UNKNOWN = 0.4
# What only the question before says.
_BEFORE = 0.5
# The next ones in meaning, which the best one is to stand out among.
_NEXT = 5

# The heads of a table's columns.
_HEADS = re.compile(r"^(\|.*\|)[ \t]*\n[ \t]*\|[\s|:-]+$", re.MULTILINE)

# What a text says: ("word", hash of a term) and ("idea", its line).
Content = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """`ranking` in the order of `traits` behind the nearness in meaning, `sureness` in that of
    `signs` behind its constant."""

    ranking: Sequence[float]
    sureness: Sequence[float]

    def score(self, traits: Sequence[float], nearness: float = 0.0) -> float:
        """Comparable within a question."""
        pairs = zip(self.ranking, (nearness, *traits), strict=True)
        return sum(weight * value for weight, value in pairs)

    def sure(self, signs: Sequence[float]) -> float:
        """0…1."""
        pairs = zip(self.sureness, (1.0, *signs), strict=True)
        return 1 / (1 + math.exp(-sum(weight * value for weight, value in pairs)))


FITTED = Coefficients(
    ranking=(4.41, 2.36, 0.12, 0.71, -1.94, 0.3, 0.42, 2.64, 2.56, 0.26),
    sureness=(-2.02, 0.22, 1.92, -2.01, 1.28, -0.93),
)


class Judge:
    """Of one question and the passages that were found for it."""

    def __init__(self, question: Question, passages: Sequence[Passage]) -> None:
        self._question = question
        self._passages = passages
        self._said = [content(_all_of(each)) for each in passages]
        self._weights = _weights(question, self._said)
        self._total = sum(self._weights.values()) or 1.0
        self._numbers = content(" ".join(re.findall(r"\d+", question.whole)))

    def traits(self, statement: Statement) -> tuple[float, ...]:
        """What is known of a statement before anything is embedded: the shape that is asked for, a
        range that holds the number, its passage's score and place, another language than the
        question's, its length, and the shares of the question that it, it with what stands above
        it, and its passage say."""
        passage = self._passages[statement.passage]
        return (
            shape(self._question, statement.text)[0],
            in_range(self._question, statement.text),
            passage.score,
            statement.passage / 8,
            float(in_han(statement.text) != self._question.in_han),
            math.log(len(statement.text) + 1),
            self._covered(self._of(statement)),
            self.covered(statement),
            self._covered(self._said[statement.passage]),
        )

    def covered(self, statement: Statement) -> float:
        """The share of what is asked that the statement and what stands above it say."""
        above = content(_above(self._passages[statement.passage]))
        return self._covered(self._of(statement) | above)

    def signs(
        self, best: Statement, score: float, nearness: float, others: Sequence[float]
    ) -> tuple[float, ...]:
        """What tells whether the best statement is an answer: its score, the share of the question
        that it says, the shape that is missing, how far its nearness stands out, and whether the
        question has no everyday idea. `others` are the nearness of all that were embedded."""
        following = sorted(others, reverse=True)[1 : _NEXT + 1]
        usual = sum(following) / len(following) if following else nearness
        return (
            score,
            self.covered(best),
            shape(self._question, best.text)[1],
            nearness - usual,
            float(not any(kind == "idea" for kind, _ in self._weights)),
        )

    def _of(self, statement: Statement) -> Content:
        """What it says; a row or a list says what stands above it, a range the numbers in it."""
        said = content(statement.text)
        if statement.apart:
            passage = self._passages[statement.passage]
            heads = _HEADS.findall(passage.text)
            said |= content("\n".join((_heading(passage), *heads)))
        held = in_range(self._question, statement.text) > 0
        return said | self._numbers if held else said

    def _covered(self, said: Content) -> float:
        return sum(weight for one, weight in self._weights.items() if one in said) / self._total


# Documents say the same to everybody.
@lru_cache(maxsize=4_000)
def content(text: str) -> Content:
    words = {("word", term) for term in encode_passage(text).indices}
    return frozenset(words | {("idea", idea) for idea in ideas(text)})


def _all_of(passage: Passage) -> str:
    return f"{passage.title}\n{passage.heading}\n{passage.question}\n{passage.text}"


def _above(passage: Passage) -> str:
    return f"{passage.title}\n{_heading(passage)}\n{passage.question}"


def _heading(passage: Passage) -> str:
    return passage.heading.rpartition(" > ")[2]


def _weights(question: Question, said: Collection[Content]) -> dict[tuple[str, int], float]:
    """Of the ideas of a question and of the words that belong to none: the fewer passages have
    one, the more it tells them apart."""
    left = encode_query(subject_of(without_ideas(question.whole)))
    asked = {("word", term): weight for term, weight in zip(left.indices, left.values, strict=True)}
    asked |= {("idea", idea): _IDEA for idea in ideas(question.whole)}
    own = content(folded(question.text)) if question.context else frozenset(asked)
    weights = {}
    for one, weight in asked.items():
        seen = sum(one in each for each in said)
        known = 1.0 if seen or one[0] == "idea" else _UNKNOWN
        rarity = math.log((len(said) + 1) / (seen + 0.5))
        weights[one] = weight * known * rarity * (1.0 if one in own else _BEFORE)
    return weights
