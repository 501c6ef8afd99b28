"""The words of a condition: metrics, operators, numbers, windows, goals, "and" and "or"."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from tools.conditions import METRICS, Goal
from tools.reading.choices import choices
from tools.reading.durations import windows
from tools.reading.ids import spans_of_ids
from tools.reading.normal import normalise
from tools.reading.numbers import Number, numbers
from tools.reading.shapes import Span, inside
from tools.reading.tables import table

Kind = Literal[
    "metric", "operator", "number", "window", "goal", "target", "none", "times", "and", "or",
    "comma", "open", "close", "border", "filler", "unknown",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """`text[start:end]`; `value` is what it stands for."""

    kind: Kind
    start: int
    end: int
    value: str | Number | Goal | Decimal = ""


def words(text: str) -> list[Word]:
    """All of `text`; what is none of these is `unknown`, word by word."""
    plain = normalise(text)
    measured = _measures(text, plain)
    found: list[Word] = []
    at = 0
    while at < len(plain):
        if plain[at].isspace():
            at += 1
            continue
        word = measured.get(at) or _word(plain, at, measured)
        found.append(word)
        at = word.end
    return found


def _measures(text: str, plain: str) -> dict[int, Word]:
    """Ids, windows, numbers and metrics by where they begin; who comes first keeps the words."""
    taken: list[Span] = []
    found: dict[int, Word] = {}

    def take(word: Word) -> None:
        if not inside((word.start, word.end), taken):
            taken.append((word.start, word.end))
            found[word.start] = word

    for kind in ("no_conversions", "target_cpa", "target_roas", "daily_budget"):
        for match in _pattern(kind).finditer(plain):
            take(_named(kind, match))
    for name in ("cpc", "clicks"):
        for match in _pattern(name).finditer(plain):
            take(Word(kind="metric", start=match.start(), end=match.end(), value=name))
    for start, end in spans_of_ids(text):
        take(Word(kind="filler", start=start, end=end))
    for said in windows(text):
        take(_window(plain, said.start, said.end, said.value))
    for number in numbers(text):
        take(Word(kind="number", start=number.start, end=_number_end(plain, number), value=number))
    for metric in choices(text, "metric", METRICS):
        take(Word(kind="metric", start=metric.start, end=metric.end, value=metric.value))
    return found


def _named(kind: str, match: re.Match[str]) -> Word:
    if kind == "no_conversions":
        return Word(kind="none", start=match.start(), end=match.end())
    return Word(kind="goal", start=match.start(), end=match.end(), value=Goal(kind))


def _window(plain: str, start: int, end: int, value: str) -> Word:
    """With the words around it: 最近…内, over the last …"""
    before = [match for match in _LEAD_IN.finditer(plain, 0, start) if match.end() == start]
    leads = [match.start() for match in before if match[0].strip()]
    behind = _BEHIND.match(plain, end)
    return Word(
        kind="window", start=min([start, *leads]), end=behind.end() if behind else end, value=value
    )


def _number_end(plain: str, number: Number) -> int:
    """A figure may be followed by the sign of a multiple, which is a word of its own."""
    return number.end if plain[number.figure_end : number.end].strip() else number.figure_end


def _word(plain: str, at: int, measured: dict[int, Word]) -> Word:
    for kind, pattern in _patterns():
        match = pattern.match(plain, at)
        if match and match[0] and not any(at < start < match.end() for start in measured):
            return _of_kind(kind, match)
    latin = _LATIN.match(plain, at)
    return Word(kind="unknown", start=at, end=latin.end() if latin else at + 1)


def _of_kind(kind: str, match: re.Match[str]) -> Word:
    start, end = match.span()
    if kind in _OPERATORS:
        return Word(kind="operator", start=start, end=end, value=kind)
    assert kind in _OTHERS
    return Word(kind=_OTHERS[kind], start=start, end=end)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """In the order of trial: "at least" before "least", 并且 before 并."""
    said = table("vocabulary")["operator"]["values"]
    compared = [
        (name, _bordered("|".join(map(_spelled, sorted(said[name], key=len, reverse=True)))))
        for name in ("greater_than", "less_than", "equals")
    ]
    first = [(name, _pattern(name)) for name in ("at_least", "at_most")]
    return (*first, *compared, *((name, _pattern(name)) for name in _OTHERS))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return _bordered(table("conditions")[name])


def _bordered(words_of: str) -> re.Pattern[str]:
    """Latin words stand alone, Chinese ones anywhere."""
    return re.compile(
        rf"(?:(?<![a-z0-9_])|(?![a-z0-9_]))(?:{words_of})(?:(?![a-z0-9_])|(?<![a-z0-9_]))"
    )


def _spelled(word: str) -> str:
    return re.escape(normalise(word)).replace(r"\ ", r"\s+")


_OPERATORS = ("at_least", "at_most", "greater_than", "less_than", "equals")
_OTHERS: dict[str, Kind] = {
    "border": "border", "and": "and", "or": "or", "times": "times", "target": "target",
    "comma": "comma", "open": "open", "close": "close", "filler": "filler",
}  # fmt: skip
_LATIN = re.compile(r"[a-z][a-z'_-]*|\d[\d.,%]*")
_LEAD_IN = re.compile(rf"(?:{table('conditions')['lead_in']})\s*")
_BEHIND = re.compile(table("conditions")["behind_window"])
