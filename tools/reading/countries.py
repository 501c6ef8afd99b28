"""Countries people name, as ISO 3166-1 alpha-2 codes."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

from tools.reading.base import Reading
from tools.reading.normal import normalise
from tools.reading.shapes import URL, Span, inside
from tools.reading.tables import table

_Found = tuple[Span, list[str]]
_BETWEEN = re.compile(r"(?:[\s,、/&+;|和与及跟或]|and|or|the){1,6}")
_SPACES = re.compile(r"(?:\s|the)+")
_CODE = re.compile(r"(?<![A-Za-z0-9_.@-])[A-Z]{2}(?![A-Za-z0-9_@]|[-_]\d|\.[A-Za-z])")
_SMALL_CODE = re.compile(r"(?<![a-z0-9_.@'-])[a-z]{2}(?![a-z0-9_@']|[-_.]\d)")
# "in us" and "投 us" name a market; "tell us" does not.
_MARKET_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:the|in|target(?:ing)?|across)|投放?[到给]?|面向|市场|国家|地区|:)\s?$"
)
_EVERYDAY = frozenset(table("countries")["words"])
_PREPOSITIONS = frozenset(table("countries")["prepositions"])


def countries(text: str) -> list[Reading]:
    """At most one reading: the codes of all markets of the message in the order said."""
    plain = normalise(text)
    addresses = [match.span() for match in URL.finditer(text)]
    found = [each for each in _names(plain) if not inside(each[0], addresses)]
    found += [each for each in _letters(plain) if not _taken(each, found)]
    found += [each for each in _codes(text, plain, found) if not _taken(each, found)]
    found = sorted(each for each in found if each[1])
    if not found:
        return []
    codes = dict.fromkeys(code for _, each in found for code in each)
    return [Reading(value=list(codes), start=found[0][0][0], end=max(f[0][1] for f in found))]


def _names(plain: str) -> Iterator[_Found]:
    names, pattern = _all_names()
    for match in pattern.finditer(plain):
        yield match.span(), names[match[0]]


def _letters(plain: str) -> Iterator[_Found]:
    letters: Mapping[str, str] = table("countries")["letters"]
    for match in _letter_lists().finditer(plain):
        yield match.span(), [letters[letter] for letter in match[0] if letter in letters]


@cache
def _letter_lists() -> re.Pattern[str]:
    """美英加 or 美、英、加, at least two; 日 before 预算 and the like is a day."""
    one = f"(?:[{''.join(set(table('countries')['letters']) - {'日'})}]|日(?![预均期元报耗化常]))"
    together = rf"{one}{{2,}}"
    apart = rf"{one}(?:[、,/]{one})+(?![一-鿿])"
    return re.compile(rf"(?:(?<![一-鿿])|(?<=[投在放到给向选]))(?:{apart}|{together})")


def _codes(text: str, plain: str, named: list[_Found]) -> Iterator[_Found]:
    """Two-letter codes; what is also an everyday word only beside a market that is sure."""
    upper = {match.span() for match in _CODE.finditer(text) if match[0] in _known()}
    sure = {span for span in upper if text[slice(*span)] not in _EVERYDAY}
    small = {
        match.span()
        for match in _SMALL_CODE.finditer(plain)
        if match[0].upper() in _known() - _PREPOSITIONS
    }
    for span in small - upper:
        everyday = plain[slice(*span)].upper() in _EVERYDAY
        if plain.strip() == plain[slice(*span)] or (
            not everyday and _MARKET_BEFORE.search(plain, 0, span[0])
        ):
            sure.add(span)
    open_ = (upper | small) - sure
    settled = sure | {span for span, codes in named if codes}
    while near := {span for span in open_ if any(_beside(plain, span, s) for s in settled)}:
        sure |= near
        settled |= near
        open_ -= near
    for span in sure:
        yield span, [plain[slice(*span)].upper()]


def _beside(plain: str, one: Span, other: Span) -> bool:
    first, second = sorted((one, other))
    if _SPACES.fullmatch(plain, first[1], second[0]):
        return plain[slice(*first)].upper() not in _PREPOSITIONS
    return _BETWEEN.fullmatch(plain, first[1], second[0]) is not None


def _taken(each: _Found, found: list[_Found]) -> bool:
    return inside(each[0], [span for span, _ in found])


@cache
def _known() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if _is_country(code))


def _is_country(code: str) -> bool:
    return (
        len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}
    )


@cache
def _all_names() -> tuple[dict[str, list[str]], re.Pattern[str]]:
    """Every name with its codes, and a pattern that prefers the longest."""
    names: dict[str, list[str]] = {}
    for language in ("en", "zh", "zh_Hant"):
        for code, name in Locale.parse(language).territories.items():
            if _is_country(code) and len(name) > 1:
                names[normalise(name)] = [code]
    for code, called in table("countries")["names"].items():
        names |= {normalise(name): [code] for name in called}
    names |= table("countries")["regions"]
    ordered = sorted(names, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in ordered if name.isascii())
    han = "|".join(re.escape(name) for name in ordered if not name.isascii())
    return names, re.compile(rf"(?<![a-z0-9./@-])(?:{latin})(?![a-z0-9@])|(?:{han})(?!语)")
