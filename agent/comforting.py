"""The first words of an answer to a customer who is in a bad mood."""

from dataclasses import replace

from agent.context import TurnContext
from agent.contract import Reply
from agent.speakers import own
from agent.state import State
from config.i18n import say
from tools.mood import Mood, settled

# The worst first.
_BAD = (Mood.angry, Mood.unhappy)
# To be sorry at every turn is no sympathy: not again within so many messages.
_AGAIN_AFTER = 8
# The usual words would sound like mockery: "You are welcome", "Have a nice day".
_TOO_CHEERFUL = frozenset({"greeting", "thanks", "bye", "unclear"})


def talk_key(state: State, given: TurnContext) -> str:
    """The catalogue's key of the small talk that answers the message."""
    talk = state["plan"].talk or "unclear"
    if talk in _TOO_CHEERFUL and settled(state.get("mood")) in _BAD:
        return "mood.tell_us"
    return f"agent.{given.persona}.{talk}"


def comforted(answer: Reply, state: State, given: TurnContext) -> Reply:
    """The answer behind a sentence of sympathy, if one is due. A model is told to say one itself."""
    mood = settled(state.get("mood"))
    if mood not in _BAD or "thought" in state or state.get("stopped") or _said(mood, state, given):
        return answer
    sympathy = say(given.turn.language, f"mood.sympathy.{mood}")
    return replace(answer, text=f"{sympathy}\n{answer.text}")


def _said(mood: Mood, state: State, given: TurnContext) -> bool:
    """Whether it was said to them lately; anger is met though they were only unhappy before."""
    as_bad = _BAD[: _BAD.index(mood) + 1]
    words = [say(given.turn.language, f"mood.sympathy.{each}") for each in as_bad]
    recent = own(state["history"], given.turn.asker.id)[-_AGAIN_AFTER:]
    return any(
        sentence in entry.text
        for entry in recent
        if entry.role == "assistant"
        for sentence in words
    )
