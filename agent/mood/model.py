"""What mood a customer's words are in: learned from examples as intents are, in the same file."""

from collections.abc import Mapping

from agent.planner.embedding import Embed
from agent.planner.examples import MOOD, MOOD_CONCEPTS
from agent.planner.intents import IntentModel
from agent.planner.storing import Weights
from tools.mood import Mood, MoodGuess

# Cross-validated on the examples (python -m bench mood): of what is called angry from here on, 95 %
# is, and of what is called a bad mood, 95 % is one.
SURELY_ANGRY = 0.85
SURELY_BAD = 0.8
_SURE = 0.6


class MoodModel:
    def __init__(self, models: Mapping[str, Weights], embed: Embed) -> None:
        self._model = IntentModel(models, embed, MOOD_CONCEPTS)

    def mood_of(self, text: str) -> MoodGuess:
        return guess(self._model.scores(text, MOOD))


def guess(scores: Mapping[str, float]) -> MoodGuess:
    """The mood that these probabilities speak for. Anger that is not sure is counted as
    displeasure: to be wrong about it costs somebody of ours a case."""
    angry = scores[Mood.angry]
    if angry >= SURELY_ANGRY:
        return MoodGuess(mood=Mood.angry, probability=angry, sure=True)
    shares = {
        Mood.unhappy: angry + scores[Mood.unhappy],
        Mood.calm: scores[Mood.calm],
        Mood.pleased: scores[Mood.pleased],
    }
    mood = max(shares, key=shares.__getitem__)
    limit = SURELY_BAD if mood is Mood.unhappy else _SURE
    return MoodGuess(mood=mood, probability=shares[mood], sure=shares[mood] >= limit)
