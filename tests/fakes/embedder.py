"""Sentences as vectors without a model: equal words, equal direction."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from memory.embeddings import DIMENSIONS, Vector
from memory.terms import terms


class FakeEmbedder:
    """Counts what it is asked, so that a test can tell who asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def query(self, text: str) -> Vector:
        return self._vector(text)

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Vector:
        self.asked += 1
        vector = np.full(DIMENSIONS, 1e-3, dtype=np.float32)
        for term, weight in terms(text):
            vector[crc32(term.encode()) % DIMENSIONS] += weight
        return vector / np.float32(np.linalg.norm(vector))
