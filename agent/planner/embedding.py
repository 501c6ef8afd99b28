"""Sentences as vectors for the planner: the model that memory uses, too."""

from collections.abc import Callable
from functools import lru_cache

from memory.embeddings import DIMENSIONS, Vector, shared_model

__all__ = ["DIMENSIONS", "Embed", "Vector", "e5"]

Embed = Callable[[str], Vector]
# Intent and mood are heard in the same words.
_REMEMBERED = 64


def e5() -> Embed:
    """A function from a text to its unit vector of 384 floats (about 12 ms a sentence)."""
    return lru_cache(maxsize=_REMEMBERED)(shared_model().query)
