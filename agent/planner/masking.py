"""The wording of a message without its values, so that learning sees how things are said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agent.planner.spelling import meant, mended
from tools.arguments import Kind
from tools.reading.creatives import creatives
from tools.reading.ids import ad_sets, ids, phone_numbers
from tools.reading.normal import normalise
from tools.reading.numbers import Unit, numbers
from tools.reading.shapes import EMAIL, URL, Span, inside


@dataclass(frozen=True, slots=True)
class Stand:
    """What a value is replaced by: `sign` in the shape, `sample` in the words."""

    sign: str
    sample: str


_LATIN = re.compile(r"(?<![\w@./-])[a-z]+(?![\w@./-])", re.ASCII)
_AD_SET = Stand("ⓐ", "A-3.1")
_IDS = {
    Kind.campaign: Stand("ⓒ", "C-3"),
    Kind.lead: Stand("ⓛ", "L-12"),
    Kind.test: Stand("ⓣ", "T-4"),
    Kind.rule: Stand("ⓡ", "R-2"),
}
_URL = Stand("ⓤ", "https://example.com/p")
_EMAIL = Stand("ⓔ", "tom@example.com")
_PHONE = Stand("ⓟ", "13800138000")
_CREATIVE = Stand("ⓚ", "CR-1")
_NUMBER = Stand("ⓝ", "500")
_UNITS: dict[Unit, Stand] = {
    "percent": Stand("％", "20%"),
    "fold": Stand("％", "20%"),
    "discount": Stand("％", "20%"),
    "currency": Stand("ⓜ", "500元"),
}


@dataclass(frozen=True, slots=True)
class Masked:
    """`words` reads naturally (for embedding), `shape` has one sign per value (for n-grams)."""

    words: str
    shape: str


@lru_cache(maxsize=256)
def mask(text: str) -> Masked:
    plain = mended(normalise(text))
    words: list[str] = []
    shape: list[str] = []
    at = 0
    for (start, end), stand in _chosen(text):
        words += plain[at:start], stand.sample
        shape += plain[at:start], stand.sign
        at = end
    words.append(plain[at:])
    shape.append(plain[at:])
    return Masked(words=_spelled(words), shape=_spelled(shape))


def _spelled(parts: list[str]) -> str:
    return _LATIN.sub(lambda match: meant(match[0]), "".join(parts)).strip()


def _chosen(text: str) -> list[tuple[Span, Stand]]:
    """The values that do not overlap, the surest shapes first, in the order said."""
    chosen: list[tuple[Span, Stand]] = []
    taken: list[Span] = []
    for span, stand in _values(text):
        if not inside(span, taken):
            chosen.append((span, stand))
            taken.append(span)
    return sorted(chosen, key=lambda found: found[0])


def _values(text: str) -> Iterator[tuple[Span, Stand]]:
    plain = normalise(text)
    for pattern, stand in ((EMAIL, _EMAIL), (URL, _URL)):
        for match in pattern.finditer(text):
            yield match.span(), stand
    for reading in ad_sets(text):
        yield (reading.start, reading.end), _AD_SET
    if not plain.strip(" .。!！?？号#").isdecimal():
        for kind, stand in _IDS.items():
            for reading in ids(kind, text):
                yield (reading.start, reading.end), stand
    for reading in phone_numbers(text):
        yield (reading.start, reading.end), _PHONE
    for reading in creatives(text):
        yield (reading.start, reading.end), _CREATIVE
    for number in numbers(text):
        yield (number.start, number.end), _UNITS.get(number.unit, _NUMBER)
