"""Which message that Telegram showed belongs to which row of the outbox."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from config.i18n import Language, say
from tests.chaos.books import Effect, Sent

_MARKS = tuple(
    re.sub(r"\s", "", say(language, "bot.maybe_repeated", text="")) for language in Language
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One showing of a message; `marked`: it says itself that it may be a repetition."""

    effect: Effect
    marked: bool


@dataclass
class Pairs:
    """`copies` by the id of the outbox row, in the order in which they showed; `strangers` belong
    to no row."""

    copies: dict[int, list[Copy]] = field(default_factory=lambda: defaultdict(list))
    strangers: list[Effect] = field(default_factory=list)


def pair(rows: Iterable[Sent], effects: Iterable[Effect]) -> Pairs:
    """By the message's id where the row knows it, else by the chat, the words and the time: of the
    rows with the same words, the first one that was in doubt then."""
    pairs = Pairs()
    rows, effects = sorted(rows, key=lambda row: row.id), list(effects)
    windows = _windows(rows, effects)
    alike: dict[tuple[int, str], list[Sent]] = defaultdict(list)
    for row in rows:
        alike[row.chat, _bare(row.text)].append(row)
    for effect in effects:
        words = _bare(effect.text)
        mark = next((mark for mark in _MARKS if words.startswith(mark)), "")
        words = words.removeprefix(mark)
        if not words:
            continue
        owner = _owner(alike[effect.chat, words], effect, pairs, windows)
        if owner is None:
            pairs.strangers.append(effect)
        else:
            pairs.copies[owner.id].append(Copy(effect, marked=bool(mark)))
    return pairs


def _windows(rows: Sequence[Sent], effects: Sequence[Effect]) -> dict[int, tuple[float, float]]:
    """After which effect and up to which one a row was being sent, as a chat gets its messages one
    after the other: between those of its neighbours that are known."""
    known = {(effect.chat, str(effect.message_id)): effect.n for effect in effects}
    own = {row.id: known.get((row.chat, row.external_id or "")) for row in rows}
    after: dict[int, float] = {}
    last: dict[int, float] = {}
    for row in rows:
        after[row.id] = last.get(row.chat, 0)
        last[row.chat] = own[row.id] or after[row.id]
    until: dict[int, float] = {}
    following: dict[int, float] = {}
    for row in reversed(rows):
        until[row.id] = own[row.id] or following.get(row.chat, inf)
        following[row.chat] = until[row.id]
    return {row.id: (after[row.id], until[row.id]) for row in rows}


def _owner(
    rows: Sequence[Sent],
    effect: Effect,
    pairs: Pairs,
    windows: Mapping[int, tuple[float, float]],
) -> Sent | None:
    known = [row for row in rows if row.external_id == str(effect.message_id)]
    in_doubt = [row for row in rows if _unsure(row, pairs) < row.doubts]
    in_time = [row for row in in_doubt if windows[row.id][0] < effect.n <= windows[row.id][1]]
    return next(iter([*known, *in_time, *in_doubt, *rows]), None)


def _unsure(row: Sent, pairs: Pairs) -> int:
    """How many copies the row has that are not the one whose id it knows."""
    return sum(row.external_id != str(copy.effect.message_id) for copy in pairs.copies[row.id])


def _bare(text: str) -> str:
    """Without what formatting changes."""
    return re.sub(r"[\s*_`]", "", text)
