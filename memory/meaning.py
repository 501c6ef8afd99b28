"""How near statements are to a question in meaning, also across languages.

Vectors of the small model lie close together, those of one language closest. What all sentences of a
language have in common says nothing and is taken off first (Mu and Viswanath, "All-but-the-Top",
2018). Measured on a shop's documents: an answer's nearness is above 0.27 and that of the nearest
sentence to a question without an answer below 0.25, in both languages and across them; plain
cosines overlap and prefer the asker's language.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from memory.embeddings import Embedder, LocalEmbedder, Vector

_NEUTRAL = Path(__file__).with_name("neutral.yaml")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
# Documents say the same to everybody; a vector is 1.5 kB.
_MOST_KEPT = 4_000


class Meanings:
    """Keeps the vectors of the statements it met last."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._asked: dict[str, Vector] = {}
        self._stated: dict[str, Vector] = {}

    async def nearness(self, question: str, statements: Sequence[str]) -> list[float]:
        """Of each statement, -1…1; several questions in one text are one question."""
        if not statements:
            return []
        await self._learn_what_is_common()
        asked = _unit(await self._embedder.query(question) - self._asked[_language(question)])
        return [float(asked @ vector) for vector in await self._vectors(statements)]

    async def _vectors(self, statements: Sequence[str]) -> list[Vector]:
        new = [each for each in dict.fromkeys(statements) if each not in self._kept]
        vectors = dict(zip(new, await self._embedder.passages(new), strict=True))
        for text, vector in vectors.items():
            self._kept[text] = _unit(vector - self._stated[_language(text)])
        found = [self._kept[each] for each in statements]
        for each in statements:
            self._kept.move_to_end(each)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    async def _learn_what_is_common(self) -> None:
        if self._asked:
            return
        content: dict[str, dict[str, list[str]]] = yaml.safe_load(
            _NEUTRAL.read_text(encoding="utf-8")
        )
        for language, sentences in content.items():
            stated = await self._embedder.passages(sentences["statements"])
            asked = [await self._embedder.query(each) for each in sentences["questions"]]
            self._stated[language] = np.mean(stated, axis=0)
            self._asked[language] = np.mean(asked, axis=0)


@cache
def shared_meanings() -> Meanings:
    """Of this process, with its one model."""
    return Meanings(LocalEmbedder())


def _language(text: str) -> str:
    return "zh" if _HAN.search(text) else "en"


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), dtype=np.float32)
