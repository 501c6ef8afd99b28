"""Which tool, or which kind of talk, a sentence is about."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from agent.planner.embedding import Embed
from agent.planner.features import meaning, wording
from agent.planner.masking import mask
from agent.planner.storing import Weights

_REMEMBERED = 1024


class IntentModel:
    """Multinomial logistic regression over the meaning and the wording of a sentence."""

    def __init__(self, models: Mapping[str, Weights], embed: Embed) -> None:
        self._models = models
        self._embed = lru_cache(maxsize=_REMEMBERED)(embed)

    def scores(self, text: str, persona: str) -> dict[str, float]:
        """The probability of every label of this persona; they sum to 1."""
        model = self._models[persona]
        masked = mask(text)
        direction = meaning(self._embed(masked.words), model.centre)
        buckets, said = wording(masked.shape)
        worded = said @ model.wording[buckets].astype(np.float32)
        logits = model.meaning @ direction + worded + model.bias
        powers = np.exp(logits - logits.max())
        shares = powers / powers.sum()
        return dict(zip(model.labels, shares.tolist(), strict=True))
