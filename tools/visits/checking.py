"""Whether a model's summary of a talk says only what was said and done: every number, id, name,
quotation and address of it stands there, and most of its words."""

import re
from collections.abc import Sequence
from decimal import Decimal

from memory.recall import share_of_words
from memory.sparse import encode_passage, encode_query
from memory.terms import folded
from tools.reading import people
from tools.reading.numbers import numbers

_LEAST, _MOST, _LONGEST = 3, 6, 160
# The share of a line's words that the talk has; a paraphrase keeps half.
_SHARED = 0.4
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.、)](?!\d))\s*")
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_ID = re.compile(r"(?<![a-z])[a-z]{1,2}-\d+(?:\.\d+)?")
_LATIN = re.compile(r"[a-z][a-z0-9&'+.-]*[a-z0-9]")
_QUOTED = re.compile(r"[“「『《\"]([^”」』》\"]+)[”」』》\"]")
_LINK = re.compile(r"https?://|www\.|[<>{}|]|!\[")


def faithful(answer: str, known: Sequence[str], chosen_from: Sequence[str] = ()) -> list[str]:
    """The lines of `answer` when all of them are borne out by the texts `known`, else none. Of the
    words `chosen_from` (moods, states) only those that stand there may be used."""
    lines = [line for each in answer.splitlines() if (line := _BULLET.sub("", each).strip())]
    if not _LEAST <= len(lines) <= _MOST or any(len(line) > _LONGEST for line in lines):
        return []
    material = "\n".join(known)
    other = [word for word in chosen_from if folded(word) not in folded(material)]
    if any(folded(word) in folded(line) for word in other for line in lines):
        return []
    return lines if all(_borne_out(line, material) for line in lines) else []


def _borne_out(line: str, material: str) -> bool:
    plain, source = folded(line), folded(material)
    return (
        not _LINK.search(line)
        and _values(line) <= _values(material)
        and {*_ID.findall(plain)} <= {*_ID.findall(source)}
        and _latin(plain, source)
        and all(folded(each).strip() in source for each in _QUOTED.findall(line))
        and all(folded(name) in source for name in _people(line))
        and _repeats(line, material)
    )


def _values(text: str) -> set[Decimal]:
    """Every number, in digits or in words. The reader of amounts looks at few of them at once."""
    values = {Decimal(match[0].replace(",", "")) for match in _DIGITS.finditer(folded(text))}
    for part in text.splitlines():
        values |= {number.value for number in numbers(part)}
    return values


def _latin(plain: str, source: str) -> bool:
    """Whether the Latin words of a Chinese line are all known; an English one is judged by the
    share of its words and by its names."""
    if any("一" <= letter <= "鿿" for letter in plain):
        return {*_LATIN.findall(plain)} <= {*_LATIN.findall(source)}
    return True


def _people(line: str) -> list[str]:
    found = [*people.names(line), *people.owners(line)]
    return [str(each.value) for each in found if len(str(each.value)) > 1]


def _repeats(line: str, material: str) -> bool:
    words = encode_query(line)
    return not words.values or share_of_words(encode_passage(material), words) >= _SHARED
