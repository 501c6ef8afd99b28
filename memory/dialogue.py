"""Turns of talks, ranked for a question: each with what stands around it.

The answer to a question seldom stands in a turn alone: the turn before asked for it, the session
is about it. So a turn counts with its neighbours, its session, who said it and when. Constants are
those that were best on dialogues of five pairs of friends and fifteen Chinese users. Both halves of
these were looked at while choosing: no figure of them is a clean hold-out (docs/decisions/0012).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from memory.dates import Mention, mentions_in
from memory.terms import folded

# A longer silence ends a session.
_SESSION_GAP = timedelta(hours=4)
# The turn before counts more than the one after: an answer follows its question.
_BEFORE, _AFTER = 0.6, 0.5
# How much a session counts, by its best turns.
_SESSION, _BEST_OF_SESSION = 1.0, 3
_SPEAKER, _DATE, _TELLS_TIME = 0.05, 0.2, 0.05
_WHOLE = 1 + _BEFORE + _SESSION

_ASKS_WHEN = re.compile(
    r"什么时候|何时|哪天|哪一天|几号|几月|哪年|多久以前|具体日期"
    r"|^\s*(?:when|what (?:date|day|month|year)|which (?:date|day|week|month|year)|how long ago)\b"
)
_FIRST_TALK = re.compile(
    r"第一次(?:对话|聊天|聊|说话|联系)|first (?:time we (?:talked|spoke)|conversation|chat)"
)
_LAST_TALK = re.compile(
    r"上次(?:对话|聊天|聊|说|联系)|last (?:time we (?:talked|spoke)|conversation|chat)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said; `day` is one that it speaks of."""

    id: int
    conversation_id: int | None
    at: datetime
    speaker: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a question says beside its words: the times and the one speaker that it names."""

    times: tuple[Mention, ...]
    when: bool
    speaker: str | None
    first_talk: bool = False
    last_talk: bool = False


def asked(question: str, speakers: Sequence[str], today: date) -> Asked:
    plain = folded(question)
    named = {each for each in speakers if each and _names(folded(each), plain)}
    return Asked(
        times=tuple(mentions_in(plain, today)),
        when=_ASKS_WHEN.search(plain) is not None,
        speaker=named.pop() if len(named) == 1 and len(set(speakers)) > 1 else None,
        first_talk=_FIRST_TALK.search(plain) is not None,
        last_talk=_LAST_TALK.search(plain) is not None,
    )


def ranked(
    turns: Sequence[Turn], scores: Mapping[int, float], question: Asked, zone: tzinfo
) -> dict[int, float]:
    """A score of about 0…1 for each of `turns`, which are in their order; `scores` are of each
    alone."""
    sessions = _sessions(turns)
    around = _neighbours(sessions, scores)
    result: dict[int, float] = {}
    for number, session in enumerate(sessions):
        best = sorted((scores.get(turn.id, 0.0) for turn in session), reverse=True)
        prior = _SESSION * sum(best[:_BEST_OF_SESSION]) / min(len(best), _BEST_OF_SESSION)
        meant = (question.first_talk and number == 0) or (
            question.last_talk and number == len(sessions) - 1
        )
        for turn in session:
            whole = scores.get(turn.id, 0.0) + around.get(turn.id, 0.0) + prior
            result[turn.id] = whole / _WHOLE + _hints(turn, question, zone) + _DATE * meant
    return result


def _hints(turn: Turn, question: Asked, zone: tzinfo) -> float:
    said_on = turn.at.astimezone(zone).date()
    named = any(span.distance(said_on) == 0 for mention in question.times for span in mention)
    said = question.speaker is not None and turn.speaker == question.speaker
    tells = question.when and turn.day is not None
    return _DATE * named + _SPEAKER * said + _TELLS_TIME * tells


def _sessions(turns: Sequence[Turn]) -> list[list[Turn]]:
    by_place: defaultdict[int | None, list[list[Turn]]] = defaultdict(list)
    for turn in turns:
        place = by_place[turn.conversation_id]
        if place and turn.at - place[-1][-1].at <= _SESSION_GAP:
            place[-1].append(turn)
        else:
            place.append([turn])
    sessions = [session for place in by_place.values() for session in place]
    return sorted(sessions, key=lambda session: session[0].at)


def _neighbours(
    sessions: Sequence[Sequence[Turn]], scores: Mapping[int, float]
) -> dict[int, float]:
    """What the better neighbour of each turn adds to it."""
    added: defaultdict[int, float] = defaultdict(float)
    for session in sessions:
        for before, after in pairwise(session):
            added[after.id] = max(added[after.id], _BEFORE * scores.get(before.id, 0.0))
            added[before.id] = max(added[before.id], _AFTER * scores.get(after.id, 0.0))
    return added


def _names(name: str, text: str) -> bool:
    """Chinese has no spaces around a name."""
    if name.isascii():
        return re.search(rf"\b{re.escape(name)}\b", text) is not None
    return name in text
