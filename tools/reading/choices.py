"""Words for the values of an argument, from the vocabulary."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from tools.reading.base import Reading
from tools.reading.normal import normalise
from tools.reading.shapes import EMAIL, URL, Span, inside
from tools.reading.tables import table

_LATIN_WORD = re.compile(r"(?<![a-z0-9_@./-])[a-z]{5,}(?![a-z0-9_@])")
# Longer words that only look like one of the vocabulary: 最新的 is no status.
_NO_VALUE = "none"
_SHORTEST_TYPO = 5
_TWO_SLIPS_FROM = 9


@dataclass(frozen=True, slots=True)
class _Group:
    argument: str
    values: frozenset[str]
    word_values: dict[str, str]
    words: re.Pattern[str]
    typable: tuple[str, ...]


def choices(text: str, argument: str, allowed: tuple[str, ...]) -> list[Reading]:
    """The values of `argument` that `text` names, in the order said; longest words win."""
    plain = normalise(text)
    taken = [match.span() for pattern in (URL, EMAIL) for match in pattern.finditer(text)]
    for group in _groups():
        if group.argument == argument and group.values.issuperset(allowed):
            found = [each for each in _said(group, plain) if not inside(_span(each), taken)]
            return sorted(found, key=lambda reading: reading.start)
    return []


def flags(text: str, argument: str) -> list[Reading]:
    return [
        Reading(value=reading.value == "true", start=reading.start, end=reading.end)
        for reading in choices(text, argument, ())
    ]


def mentions(plain: str) -> list[Span]:
    """Where sources, platforms and statuses stand."""
    return [
        match.span()
        for group in _groups()
        if group.argument in ("source", "platform", "status")
        for match in group.words.finditer(plain)
    ]


def _said(group: _Group, plain: str) -> Iterator[Reading]:
    spans: list[Span] = []
    for match in group.words.finditer(plain):
        spans.append(match.span())
        value = group.word_values[_one_space(match[0])]
        if value == _NO_VALUE:
            continue
        yield Reading(value=value, start=match.start(), end=match.end())
    for match in _LATIN_WORD.finditer(plain):
        meant = None if inside(match.span(), spans) else _typo_of(match[0], group.typable)
        if meant:
            value = group.word_values[meant]
            yield Reading(value=value, start=match.start(), end=match.end())


@cache
def _typo_of(word: str, words: tuple[str, ...]) -> str | None:
    """The word of the vocabulary that `word` is a slip of."""
    if word in _everyday():
        return None
    slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    near = {
        each: OSA.distance(word, each, score_cutoff=slips) for each in words if each[0] == word[0]
    }
    best = min(near, key=lambda each: near[each], default=None)
    return best if best and near[best] <= slips else None


@cache
def _everyday() -> frozenset[str]:
    return frozenset(table("vocabulary")["not_typos"])


@cache
def _groups() -> tuple[_Group, ...]:
    return tuple(
        _group(content) for name, content in table("vocabulary").items() if name != "not_typos"
    )


def _group(content: dict[str, object]) -> _Group:
    values = content["values"]
    assert isinstance(values, dict)
    word_values = {normalise(word): value for value, words in values.items() for word in words}
    ordered = sorted(word_values, key=len, reverse=True)
    return _Group(
        argument=str(content["argument"]),
        values=frozenset(values),
        word_values=word_values,
        words=re.compile("|".join(map(_standing, ordered))),
        typable=tuple(
            w for w in ordered if len(w) >= _SHORTEST_TYPO and w.isascii() and w.isalpha()
        ),
    )


def _standing(word: str) -> str:
    """A Latin word stands alone, a Chinese one anywhere."""
    pattern = re.escape(word).replace(r"\ ", r"\s+")
    before = r"(?<![a-z0-9_])" if word[0].isascii() and word[0].isalnum() else ""
    after = r"(?![a-z0-9_])" if word[-1].isascii() and word[-1].isalnum() else ""
    return f"{before}{pattern}{after}"


def _one_space(said: str) -> str:
    return re.sub(r"\s+", " ", said)


def _span(reading: Reading) -> Span:
    return reading.start, reading.end
