"""Texts as sparse vectors of hashed terms.

Documents carry the saturated term frequency of BM25 and queries the weight of each term; the index
multiplies with the inverse document frequency inside what one owner has. The same vectors go to
the engine in process and to a server, so both score alike.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from zlib import crc32

from memory.terms import terms

# BM25's saturation and length normalisation.
_K, _B = 1.2, 0.4
# About how many terms a remembered sentence has, and a chunk of a document.
SENTENCE, CHUNK = 20.0, 300.0


@dataclass(frozen=True, slots=True)
class Sparse:
    """`indices` are 32-bit hashes of terms, ascending; `values` are theirs, all above zero."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


def encode_passage(text: str, usual_length: float = SENTENCE) -> Sparse:
    """`usual_length` is that of the texts it competes with, in terms."""
    counts: defaultdict[int, int] = defaultdict(int)
    length = 0
    for term, _ in terms(text):
        counts[_hash(term)] += 1
        length += 1
    damped = _K * (1 - _B + _B * length / usual_length)
    return _sparse({index: n * (_K + 1) / (n + damped) for index, n in counts.items()})


def encode_query(text: str) -> Sparse:
    return _sparse({_hash(term): weight for term, weight in terms(text)})


def rarity(frequency: int, corpus: int) -> float:
    """BM25's inverse document frequency of a term that `frequency` of `corpus` texts have."""
    seen = min(frequency, corpus)
    return math.log((corpus - seen + 0.5) / (seen + 0.5) + 1)


def _hash(term: str) -> int:
    return crc32(term.encode())


def _sparse(weights: dict[int, float]) -> Sparse:
    ordered = sorted(weights.items())
    return Sparse(tuple(index for index, _ in ordered), tuple(value for _, value in ordered))
