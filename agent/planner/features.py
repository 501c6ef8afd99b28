"""What the intent model looks at: the meaning of a sentence, its wording and its concepts."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from zlib import crc32

import numpy as np
import yaml
from numpy.typing import NDArray

from agent.planner.embedding import DIMENSIONS, Vector

BUCKETS = 1 << 14
SIZE = DIMENSIONS + BUCKETS
CONCEPTS = Path(__file__).with_name("concepts.yaml")

# How much each part counts, found by cross-validation on the examples.
MEANING_WEIGHT = 6.0
WORDING_WEIGHT = 3.0
CONCEPT_WEIGHT = 2.0

_UNIT = re.compile(r"[a-z]+(?:'[a-z]+)?|[^\sa-z,.!;:，。！；：、]")
_SIGN = re.compile(r"[ⓐ-ⓩ％]")
_LONGEST_GRAM = 4
_SHORTEST_FUZZY_WORD = 4


def grams(shape: str) -> Iterator[str]:
    """Runs of one to four units (a Chinese character, an English word, the sign of a value), and
    the inner trigrams of longer English words, which survive a slip of the keys."""
    units = _UNIT.findall(shape)
    bounded = ["^", *units, "$"]
    yield from units
    for length in range(2, _LONGEST_GRAM + 1):
        for start in range(len(bounded) - length + 1):
            yield " ".join(bounded[start : start + length])
    for word in units:
        if len(word) >= _SHORTEST_FUZZY_WORD:
            framed = f"<{word}>"
            yield from (f"#{framed[at : at + 3]}" for at in range(len(framed) - 2))


def concepts(shape: str, file: Path = CONCEPTS) -> Iterator[str]:
    """The concepts of `file` that are said, the signs of values, and their pairs."""
    said = {name for name, words in _concepts(file).items() if words.search(shape)}
    said |= set(_SIGN.findall(shape))
    ordered = sorted(said)
    yield from (f"@{name}" for name in ordered)
    yield from (f"@{first}@{second}" for first, second in combinations(ordered, 2))


def wording(shape: str, file: Path = CONCEPTS) -> tuple[NDArray[np.int64], Vector]:
    """The buckets that wording and concepts (of `file`) fall into, and the value of each."""
    runs = {_bucket(gram) for gram in grams(shape)}
    values = dict.fromkeys(runs, WORDING_WEIGHT / np.sqrt(max(len(runs), 1)))
    for concept in concepts(shape, file):
        # Single concepts count more than pairs of them.
        pair = concept.count("@") > 1
        values[_bucket(concept)] = CONCEPT_WEIGHT / 2 if pair else CONCEPT_WEIGHT
    buckets = sorted(values)
    return np.array(buckets, dtype=np.int64), np.array(
        [values[bucket] for bucket in buckets], dtype=np.float32
    )


def meaning(vector: Vector, centre: Vector) -> Vector:
    """The embedding as a direction from the centre of all examples (they lie close together)."""
    moved = vector - centre
    return np.asarray(MEANING_WEIGHT * moved / max(float(np.linalg.norm(moved)), 1e-6))


def _bucket(gram: str) -> int:
    return crc32(gram.encode()) % BUCKETS


@cache
def _concepts(file: Path) -> Mapping[str, re.Pattern[str]]:
    content: dict[str, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {name: re.compile("|".join(map(_standing, words))) for name, words in content.items()}


def _standing(word: str) -> str:
    escaped = re.escape(word)
    return rf"(?<![a-z]){escaped}(?![a-z])" if word[0].isascii() else escaped
