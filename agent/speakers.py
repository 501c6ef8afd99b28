"""Several people in one conversation: who said what, and what concerns whom."""

from collections.abc import Sequence

from agent.contract import Utterance
from memory.short_term import Entry


def own(history: Sequence[Entry], person_id: int) -> list[Entry]:
    """The person's turns; in a private chat, all of them."""
    return [entry for entry in history if entry.person in (0, person_id)]


def colleagues(history: Sequence[Entry], person_id: int) -> list[str]:
    """What colleagues told the person here, each behind the name of who did. Only what the outbox
    has as theirs: anybody may write "your colleague said"."""
    return [
        f"{entry.said_by}: {entry.text.removeprefix(f'[{entry.said_by}] ')}"
        for entry in own(history, person_id)
        if entry.said_by
    ]


def as_one_knows_it(history: Sequence[Entry], person_id: int) -> list[Utterance]:
    """For a planner, which takes all words for those of one person: what others were answered may be
    meant by "it", but their orders and the questions that these left open are their own affair. What
    the person talked about comes last, and so counts first."""
    heard = [
        Utterance(role="assistant", text=entry.text)
        for entry in history
        if entry.role == "assistant" and entry.person not in (0, person_id)
    ]
    mine = [
        Utterance(role=entry.role, text=entry.text)
        for entry in own(history, person_id)
        if entry.role != "summary" and not entry.text.startswith("/")
    ]
    return [*heard, *mine]


def as_everybody_hears_it(history: Sequence[Entry]) -> list[Utterance]:
    """The conversation without commands, every person's words behind their name."""
    return [
        Utterance(role=entry.role, text=attributed(entry))
        for entry in history
        if entry.role != "summary" and not entry.text.startswith("/")
    ]


def attributed(entry: Entry) -> str:
    """The words of somebody in a group, with the name and the number of the person: anybody may
    take another's name, and none can write as if a new line were somebody else's."""
    if entry.role != "user" or not entry.speaker:
        return entry.text
    words = entry.text.replace("\n", "\n  ")
    return f"{entry.speaker} (#{entry.person}): {words}"
