"""Learning the intents and the moods from the examples: `python -m agent.planner.train FOLDER`.

It runs in a process of its own because scikit-learn takes 85 MB and two seconds to load, which the
service does not need for planning.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.planner.embedding import DIMENSIONS, Embed, Vector, e5
from agent.planner.examples import (
    MOOD,
    MOOD_CONCEPTS,
    PERSONAS,
    Example,
    examples_of,
    examples_of_moods,
)
from agent.planner.features import CONCEPTS, SIZE, meaning, wording
from agent.planner.masking import mask
from agent.planner.storing import model_file, save

# Inverse strengths of regularisation, found by cross-validation on the examples.
STRENGTH = 4.0
STRENGTH_OF_MOODS = 0.5


def train(folder: Path, embed: Embed) -> Path:
    """Learns every persona's model, and that of the moods, and writes them into one file, whose path
    is returned."""
    path = model_file(folder)
    models = {persona: fit(examples_of(persona), embed) for persona in PERSONAS}
    moods = fit(examples_of_moods(), embed, concepts=MOOD_CONCEPTS, strength=STRENGTH_OF_MOODS)
    save(path, {**models, MOOD: moods})
    return path


def fit(
    examples: Sequence[Example],
    embed: Embed,
    *,
    concepts: Path = CONCEPTS,
    strength: float = STRENGTH,
) -> dict[str, NDArray[Any]]:
    """labels (K), centre (384), weights (K, SIZE) and bias (K) of a multinomial model; and weights
    (K, BUCKETS) and bias (K) of one that knows the wording alone."""
    # Heavy, and only this process needs it.
    from sklearn.base import clone
    from sklearn.linear_model import LogisticRegression

    masks = [mask(example.text) for example in examples]
    vectors = np.stack([embed(masked.words) for masked in masks])
    centre = vectors.mean(axis=0)
    matrix = design([masked.shape for masked in masks], vectors, centre, concepts)
    model = LogisticRegression(C=strength, max_iter=300, class_weight="balanced")
    by_words = clone(model)
    labels = [example.label for example in examples]
    model.fit(matrix, labels)
    by_words.fit(matrix[:, DIMENSIONS:], labels)
    return {
        "labels": np.array(model.classes_),
        "centre": centre.astype(np.float32),
        "weights": model.coef_.astype(np.float16),
        "bias": model.intercept_.astype(np.float32),
        "words_weights": by_words.coef_.astype(np.float16),
        "words_bias": by_words.intercept_.astype(np.float32),
    }


def design(
    shapes: Sequence[str], vectors: Vector, centre: Vector, concepts: Path = CONCEPTS
) -> Any:
    """The sparse design matrix: one row per sentence, meaning first, then the wording."""
    from scipy.sparse import csr_matrix

    columns: list[NDArray[np.int64]] = []
    values: list[Vector] = []
    for shape, vector in zip(shapes, vectors, strict=True):
        buckets, said = wording(shape, concepts)
        columns.append(np.concatenate([np.arange(DIMENSIONS), DIMENSIONS + buckets]))
        values.append(np.concatenate([meaning(vector, centre), said]))
    ends = np.cumsum([0, *(len(row) for row in columns)])
    return csr_matrix(
        (np.concatenate(values), np.concatenate(columns), ends), shape=(len(shapes), SIZE)
    )


if __name__ == "__main__":
    train(Path(sys.argv[1]), e5())
