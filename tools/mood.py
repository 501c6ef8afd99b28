"""What a customer's message sounds like, as the agent hears it."""

from dataclasses import dataclass

from storage.tables.visit import Mood

__all__ = ["Mood", "MoodGuess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodGuess:
    """The likeliest mood and its probability, 0…1. `sure`: likely enough to act upon it alone, which
    for anger is to call a person."""

    mood: Mood
    probability: float
    sure: bool = False

    @property
    def bad(self) -> bool:
        return self.mood in (Mood.angry, Mood.unhappy)

    @property
    def settled(self) -> Mood | None:
        """Nobody is called angry or unhappy on a mere guess: None then."""
        return self.mood if self.sure or not self.bad else None


def settled(guess: MoodGuess | None) -> Mood | None:
    return guess.settled if guess else None
