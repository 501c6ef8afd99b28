"""Lists of creative ids: CR-1, cr_101, 素材 12 和 15, creatives 101, 102 and 103."""

import re
from collections.abc import Sequence

from tools.reading.base import Reading
from tools.reading.normal import normalise
from tools.reading.shapes import URL, Span, inside

_SEPARATOR = (
    r"(?:\s*(?:,|、|;|和|与|跟|及|还有|以及|&|\+|/|\band\b|\bvs\.?|对比?|比)+\s*|\s+(?=cr))"
)
_CODE = r"(?<![a-z0-9_/.@-])cr[-_ ]?\d{1,9}(?![a-z0-9_])"
_TOKEN = (
    r"(?:[a-z]{1,12}[-_])?(?:[a-z]{0,4}\d{1,9})(?:[-_][a-z0-9]+)*"
    r"(?![a-z0-9_%]|\.\d|\s?(?:[天日周月元块个条万千%岁]|/?day|days?|weeks?|a day|per day|usd|dollars?))"
)
_NOUN = r"(?:素材|创意|图片|视频|creatives?|assets?)\s?(?:编号|id|ids|号)?\s?[:#]?\s*"
_TO = r"\s?(?:到|至|-|~|\bto\b)\s?"
_NUMBERED = re.compile(r"(?P<prefix>cr[-_ ]?|[a-z_-]*?)(?P<n>\d+)")
# In a list a bare number that begins a range ("18到35岁") is something else.
_NEXT = rf"(?:{_TO}|{_SEPARATOR}(?:{_NOUN})?#?(?!\d+{_TO}\d)){_TOKEN}"
_LISTS = re.compile(rf"(?:{_NOUN}(?={_TOKEN})|(?={_CODE}))(?P<list>#?{_TOKEN}(?:{_NEXT})*)")
_ANSWER = re.compile(rf"\s*(?P<list>{_TOKEN}(?:{_SEPARATOR}{_TOKEN})*)\s*[.。]?\s*")
_ITEM = re.compile(rf"(?P<range>{_TOKEN}{_TO}{_TOKEN})|{_CODE}|{_TOKEN}")
_OTHER_ID = re.compile(r"[lctrakpjb]-?\d[\d.]*")
_BACKWARDS = re.compile(r"(?<![\d月.-])(\d{1,9})\s?号?和\s?(\d{1,9})\s?号素材")
_LONGEST = 50


def creatives(text: str) -> list[Reading]:
    """At most one reading: all creative ids of the message, in the order said."""
    plain = normalise(text)
    addresses = [match.span() for match in URL.finditer(text)]
    lists = [match for match in _LISTS.finditer(plain) if not inside(match.span(), addresses)]
    values, spans = _items(text, plain, lists)
    for match in _BACKWARDS.finditer(plain):
        values.extend(match.groups())
        spans.append(match.span())
    return _reading(values, spans)


def creatives_or_answer(text: str) -> list[Reading]:
    """The same; a message that is nothing but a list ("12 和 15") answers which ones."""
    plain = normalise(text)
    answer = _ANSWER.fullmatch(plain)
    return _reading(*_items(text, plain, [answer])) if answer else creatives(text)


def _items(text: str, plain: str, lists: Sequence[re.Match[str]]) -> tuple[list[str], list[Span]]:
    values: list[str] = []
    spans: list[Span] = []
    for match in lists:
        for item in _ITEM.finditer(plain, *match.span("list")):
            if not _OTHER_ID.fullmatch(item[0]):
                values.extend(_spelled(item, text, values))
                spans.append(item.span())
    return values, spans


def _reading(values: list[str], spans: list[Span]) -> list[Reading]:
    if not values:
        return []
    kept = list(dict.fromkeys(values))[:_LONGEST]
    return [Reading(value=kept, start=spans[0][0], end=max(end for _, end in spans))]


def _spelled(item: re.Match[str], text: str, before: list[str]) -> list[str]:
    """One id as said, or each id of a range; a number after CR-1 leans on it."""
    if item["range"]:
        return _range(item["range"], before)
    said = item[0].replace(" ", "-")
    if said.startswith("cr"):
        return [said.upper()]
    if said.isdecimal():
        return [_like(before, said)]
    return [text[item.start() : item.end()]]


def _range(said: str, before: list[str]) -> list[str]:
    ends = list(_NUMBERED.finditer(said))
    first, last = int(ends[0]["n"]), int(ends[-1]["n"])
    prefix = ends[0]["prefix"].replace(" ", "-").upper()
    numbers = range(first, min(last, first + _LONGEST - 1) + 1)
    return [f"{prefix}{number}" if prefix else _like(before, str(number)) for number in numbers]


def _like(before: list[str], number: str) -> str:
    previous = _NUMBERED.fullmatch(before[-1].lower()) if before else None
    return f"{previous['prefix'].upper()}{number}" if previous else number
