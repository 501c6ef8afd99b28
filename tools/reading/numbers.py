"""Amounts as people write and say them: 1,200.50, 1.5k, 2万, 三万五, 三成, five hundred."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Literal

from tools.reading import numerals
from tools.reading.creatives import creatives
from tools.reading.ids import spans_of_ids
from tools.reading.normal import normalise
from tools.reading.shapes import Span, dates_and_contacts, inside
from tools.reading.tables import table

Unit = Literal["plain", "percent", "fold", "discount", "currency", "time", "count"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An amount without its sign; its span covers the unit, `figure_end` is where the figure ends.

    `percent` values are per hundred (三成 is 30), `fold` values are multiples, `discount` values
    are the tenths that remain (七折 is 7, 85折 is 8.5).
    """

    value: Decimal
    start: int
    end: int
    unit: Unit
    figure_end: int


_TABLE = table("numbers")
_BEFORE = re.compile(rf"(?:(?<![a-z])(?:{_TABLE['currency_before']}))\s?$")
_AFTER: dict[Unit | Literal["tenths"], re.Pattern[str]] = {
    unit: re.compile(rf"\s?(?:{words})") for unit, words in _TABLE["after"].items()
}
_LONGEST_CURRENCY = 6
# 三成五 is 35 %.
_TENTHS_OF = {"半": 5} | {digit: value for value, digit in enumerate("一二三四五六七八九", 1)}
# A message with more amounts is a table, not an order; every reader weighs each against all.
_MOST = 60
_HAN = re.compile(r"[㐀-鿿]")
# "高于五就…": the sentence goes on behind the number.
_GOES_ON = re.compile(r"[就则时会便]")
_LEADS_IN = re.compile(
    r"(?:[到至为是加减降涨升前]|[大小高低等多少]于|[提调]高|超过|不足|预算|目标|最多|共)\s?$"
)


def numbers(text: str) -> list[Number]:
    """The amounts of `text` in the order said; ids, phones, dates and times are none."""
    return list(_read(text))


@lru_cache(maxsize=16)
def _read(text: str) -> tuple[Number, ...]:
    plain = normalise(text)
    taken = [*dates_and_contacts(text), *spans_of_ids(text)]
    taken += [(found.start, found.end) for found in creatives(text)]
    found: list[Number] = []
    for number in islice(_candidates(plain, text), _MOST):
        if not inside((number.start, number.figure_end), taken):
            found.append(number)
            taken.append((number.start, number.end))
    return tuple(sorted(found, key=lambda number: number.start))


def _candidates(plain: str, text: str) -> Iterator[Number]:
    for value, (start, end) in numerals.shares(plain):
        yield Number(value=value, start=start, end=end, unit="percent", figure_end=end)
    for value, span in numerals.arabic(plain, text):
        yield _with_unit(plain, value, span)
    for value, span in numerals.han(plain):
        number = _with_unit(plain, value, span)
        if span[1] - span[0] > 1 or number.unit != "plain" or _stands_alone(plain, span):
            yield number
    for value, span in numerals.english(plain):
        number = _with_unit(plain, value, span)
        if plain[slice(*span)] != "one" or number.unit != "plain":
            yield number


def _stands_alone(plain: str, span: Span) -> bool:
    """A single character is part of a word more often than a number."""
    if plain[slice(*span)] in "一半":
        return False
    before, after = plain[: span[0]], plain[span[1] : span[1] + 1]
    if _HAN.match(after) and not _GOES_ON.match(after):
        return False
    return not _HAN.match(before[-1:]) or _LEADS_IN.search(before) is not None


def _with_unit(plain: str, value: Decimal, span: Span) -> Number:
    start, end = span
    for unit, words in _AFTER.items():
        after = words.match(plain, end)
        if after:
            return _as_unit(value, unit, after[0], start, end)
    before = _BEFORE.search(plain, max(0, start - _LONGEST_CURRENCY), start)
    if before:
        return Number(value=value, start=before.start(), end=end, unit="currency", figure_end=end)
    return Number(value=value, start=start, end=end, unit="plain", figure_end=end)


def _as_unit(
    value: Decimal, unit: Unit | Literal["tenths"], words: str, start: int, end: int
) -> Number:
    if unit == "tenths":
        unit, value = "percent", value * 10 + _TENTHS_OF.get(words[-1], 0)
    elif unit == "discount" and value >= 10:
        value = value / 10
    return Number(value=value, start=start, end=end + len(words), unit=unit, figure_end=end)
