"""Which tool, or which kind of talk, a sentence is about."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from agent.planner.embedding import Embed, Vector
from agent.planner.features import CONCEPTS, meaning, wording
from agent.planner.masking import mask
from agent.planner.storing import Weights

# A sentence of which the words alone leave so little doubt is not embedded, which takes ten times
# as long as all the rest. Cross-validated on the examples: every second sentence is so clear, and
# of these 99.8 % get the label that both models together give.
SURE_OF_WORDS = 0.93
# Conversations are understood from their beginning at every turn.
_REMEMBERED = 2048


class IntentModel:
    """Multinomial logistic regression over the wording of a sentence, and in doubt over its meaning
    too."""

    def __init__(
        self, models: Mapping[str, Weights], embed: Embed, concepts: Path = CONCEPTS
    ) -> None:
        self._models = models
        self._embed = embed
        self._concepts = concepts
        self.scores = lru_cache(maxsize=_REMEMBERED)(self._scores)

    def _scores(self, text: str, persona: str, thorough: bool = False) -> Mapping[str, float]:
        """The probability of every label of this persona; they sum to 1. `thorough`: the words
        alone never suffice."""
        model = self._models[persona]
        masked = mask(text)
        buckets, said = wording(masked.shape, self._concepts)
        shares = _shares(said @ model.words[buckets].astype(np.float32) + model.words_bias)
        if thorough or shares.max() < SURE_OF_WORDS:
            worded = said @ model.wording[buckets].astype(np.float32)
            direction = meaning(self._embed(masked.words), model.centre)
            shares = _shares(model.meaning @ direction + worded + model.bias)
        return dict(zip(model.labels, shares.tolist(), strict=True))


def _shares(logits: Vector) -> Vector:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
