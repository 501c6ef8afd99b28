"""Age groups: 18-35, 36到50岁, 25-34 and 35-44."""

import re

from tools.reading.base import Reading
from tools.reading.chinese import value_of
from tools.reading.normal import normalise
from tools.reading.shapes import dates_and_contacts, inside

_HAN = "[一二三四五六七八九十]{1,3}"
_RANGE = re.compile(
    rf"(?<![\da-z.:/+-])(?P<low>\d{{2}}|{_HAN})\s?岁?\s?(?:-|~|到|至|(?:to|through|and)(?![a-z]))\s?"
    rf"(?P<high>\d{{2}}|{_HAN})(?![\d%:/]|\.\d|-\d|\s?(?:[月日号点天块元个分%]|percent|usd|dollars?))"
)
_YOUNGEST, _OLDEST = 13, 99


def ages(text: str) -> list[Reading]:
    """At most one reading: every group of the message as [youngest, oldest]."""
    plain = normalise(text)
    taken = dates_and_contacts(text)
    groups: list[list[int]] = []
    spans: list[tuple[int, int]] = []
    for match in _RANGE.finditer(plain):
        low, high = _years(match["low"]), _years(match["high"])
        if _YOUNGEST <= low < high <= _OLDEST and not inside(match.span(), taken):
            groups.append([low, high])
            spans.append(match.span())
    if not groups:
        return []
    return [Reading(value=groups, start=spans[0][0], end=spans[-1][1])]


def _years(said: str) -> int:
    return int(said) if said.isdecimal() else int(value_of(said) or 0)
