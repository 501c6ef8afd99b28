"""Whether quoted words say a value: the check that pins arguments to what a person wrote."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tools.arguments import Kind
from tools.reading.amounts import says_direction
from tools.reading.chinese import DIGITS, UNITS
from tools.reading.conditions import says
from tools.reading.ids import is_bare_number
from tools.reading.normal import normalise
from tools.reading.numbers import numbers
from tools.reading.read import read

_NAMES_OF_THINGS = frozenset({Kind.lead, Kind.campaign, Kind.ad_set, Kind.test, Kind.rule})
_AMOUNTS = frozenset({Kind.money, Kind.number, Kind.days, Kind.limit})
_CHANGES = {
    Kind.money_change: frozenset({"plain", "currency"}),
    Kind.percent_change: frozenset({"plain", "percent"}),
}
_LISTS = frozenset({Kind.creatives, Kind.countries, Kind.ages})
_FREE = frozenset({Kind.owner, Kind.name, Kind.company, Kind.wechat, Kind.text, Kind.note})
_OF_CONDITIONS = frozenset({"metric", "operator", "value"})
_SPACES = re.compile(r"\s+")
# What stands left and right of a place that lies inside one word, number or id.
_INSIDE = [
    (re.compile(left), re.compile(right))
    for left, right in (
        (r"[a-z0-9_]$", r"[a-z0-9_]"),
        # A comma stands inside a number only in front of three digits: "200,7 天" are two.
        (r"\d$", r"[.-]\d|,\d{3}(?!\d)"),
        (r"\d\.$|[a-z0-9]-$", r"\d"),
        (r"\d,$", r"\d{3}(?!\d)"),
        (f"[{DIGITS}{UNITS}点]$", f"[{DIGITS}{UNITS}点]"),
        (r"\d$", f"[{UNITS}]"),
    )
]
# As far as a group of three digits reaches.
_AHEAD = 5
_EDGES = " .,。!?\"'"


def grounded(
    kind: Kind,
    value: Any,
    quote: str,
    *,
    now: datetime,
    argument: str = "",
    choices: tuple[str, ...] = (),
) -> bool:
    """Whether `quote` says `value`: the quote is read again and has to give the same.

    A change whose quote names no direction ("200 块") may have either sign. A list is said when
    each of its members is. A bare number names no thing: which one it means stands elsewhere.
    """
    said = [each.value for each in read(kind, quote, now=now, argument=argument, choices=choices)]
    if kind in _NAMES_OF_THINGS:
        return _same_words(value, said) and not is_bare_number(quote)
    if kind in _CHANGES:
        return _is_change(kind, value, quote, said)
    if argument in _OF_CONDITIONS and says(argument, value, quote):
        return True
    if kind is Kind.condition:
        return _is_condition(value, said, now)
    if kind in _AMOUNTS:
        return _decimal(value) in map(_decimal, said)
    if kind is Kind.tags:
        return _are_tags(value, quote, said, now, argument)
    if kind in _LISTS:
        return _is_list_of(value, said)
    # A number that is none is told so by whoever keeps it, if it was said at all.
    if kind in _FREE or kind is Kind.phone:
        return _same_words(value, said) or _stands_in(value, quote)
    if kind is Kind.flag:
        return isinstance(value, bool) and value in said
    return _same_words(value, said)


def is_quote_of(quote: str, utterance: str) -> bool:
    """Whether `quote` stands in `utterance` without cutting a word, an id or a number in two:
    "C-1" is no quote of "C-12", "五百" none of "三万五百"."""
    at = utterance.find(quote) if quote else -1
    while at >= 0:
        end = at + len(quote)
        if not (_cuts(utterance, at) or _cuts(utterance, end)):
            return True
        at = utterance.find(quote, at + 1)
    return False


def _cuts(utterance: str, at: int) -> bool:
    """Whether the place lies inside one word, id or number."""
    # A Chinese comma parts what stands around it, always.
    parted = utterance.replace("，", ";")
    left, right = normalise(parted[max(0, at - 2) : at]), normalise(parted[at : at + _AHEAD])
    return any(before.search(left) and after.match(right) for before, after in _INSIDE)


def _is_change(kind: Kind, value: Any, quote: str, said: list[Any]) -> bool:
    amount = _decimal(value)
    if amount is None:
        return False
    if amount in said or says_direction(quote):
        return amount in said
    found = [number for number in numbers(quote) if number.unit in _CHANGES[kind]]
    return any(abs(amount) == number.value for number in found)


def _are_tags(value: Any, quote: str, said: list[Any], now: datetime, argument: str) -> bool:
    """The tags of the quote; what it says to remove is not said to be added."""
    if not isinstance(value, list | tuple) or not value:
        return False
    other = "add_tags" if argument == "remove_tags" else "remove_tags"
    if said or read(Kind.tags, quote, now=now, argument=other):
        return _is_list_of(value, said)
    return all(_stands_in(tag, quote) for tag in value)


def _is_condition(value: Any, said: list[Any], now: datetime) -> bool:
    """The whole condition of the quote, however it is spelled."""
    if not isinstance(value, str):
        return False
    spelled = [value, *(each.value for each in read(Kind.condition, value, now=now))]
    return any(each in said for each in spelled)


def _is_list_of(value: Any, said: list[Any]) -> bool:
    if not isinstance(value, list | tuple):
        return False
    members = {_plain(member) for each in said for member in each}
    return bool(value) and members.issuperset(map(_plain, value))


def _same_words(value: Any, said: list[Any]) -> bool:
    return isinstance(value, str) and _plain(value) in map(_plain, said)


def _stands_in(value: Any, quote: str) -> bool:
    """Whether `value` stands in `quote` word for word, and not inside a longer word."""
    words = _plain(value).strip(_EDGES) if isinstance(value, str) else ""
    if not words:
        return False
    before = r"(?<![a-z0-9])" if words[0].isascii() else ""
    after = r"(?![a-z0-9])" if words[-1].isascii() else ""
    return re.search(f"{before}{re.escape(words)}{after}", _plain(quote)) is not None


def _plain(value: Any) -> Any:
    """Words without case, width, script and spacing; a pair as a tuple; the rest as it is."""
    if isinstance(value, list | tuple):
        return tuple(value)
    return _SPACES.sub(" ", normalise(value)).strip() if isinstance(value, str) else value


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
