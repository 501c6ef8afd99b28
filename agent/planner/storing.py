"""Where a learned model lies and how it is read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.planner.embedding import DIMENSIONS, Vector
from agent.planner.examples import fingerprint


@dataclass(frozen=True, slots=True)
class Weights:
    """The models of one persona, or of the moods: `meaning` (K, 384), `wording` (buckets, K) and `bias` (K,) together, and
    `words` (buckets, K) and `words_bias` (K,) of the one that knows the wording alone. The rows of
    a sentence lie together."""

    labels: tuple[str, ...]
    centre: Vector
    meaning: Vector
    wording: NDArray[np.float16]
    bias: Vector
    words: NDArray[np.float16]
    words_bias: Vector


def model_file(folder: Path) -> Path:
    """The file for the present examples and code; another one after either has changed."""
    return folder / f"intents-{fingerprint()}.npz"


def save(path: Path, models: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    arrays = {
        f"{who}.{name}": array for who, model in models.items() for name, array in model.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # Renamed at the end, so that a process that reads never sees half a file.
    part = path.with_suffix(".part.npz")
    np.savez(part, **arrays)  # type: ignore[arg-type]
    part.replace(path)


def load(path: Path) -> dict[str, Weights]:
    """The models by name."""
    with np.load(path) as arrays:
        return {
            persona: Weights(
                labels=tuple(str(label) for label in arrays[f"{persona}.labels"]),
                centre=arrays[f"{persona}.centre"],
                meaning=arrays[f"{persona}.weights"][:, :DIMENSIONS].astype(np.float32),
                wording=np.ascontiguousarray(arrays[f"{persona}.weights"][:, DIMENSIONS:].T),
                bias=arrays[f"{persona}.bias"],
                words=np.ascontiguousarray(arrays[f"{persona}.words_weights"].T),
                words_bias=arrays[f"{persona}.words_bias"],
            )
            for persona in {name.partition(".")[0] for name in arrays.files}
        }
