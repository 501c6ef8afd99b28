"""The lines of a responsive search ad, from the words that a person has agreed to.

Nothing is invented: headlines are phrases of the copy that fit, then the creative's name, the
business and the host of the page; descriptions are the whole copy. Google fits them together.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused

HEADLINE_WIDTH, DESCRIPTION_WIDTH = 30, 90
FEWEST_HEADLINES, MOST_HEADLINES = 3, 15
FEWEST_DESCRIPTIONS, MOST_DESCRIPTIONS = 2, 4
# A point inside of 9.9 or of a host ends nothing.
_BETWEEN = re.compile(r"(?<=[，。；：！？\n])|(?<=[,.;:!?])(?=\s)")
_ENDS = " ,.;:!?，。；：！？\n"


def width(text: str) -> int:
    """As Google counts: Chinese, Japanese and Korean characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def headlines(copy: str, name: str, business: str, page: str) -> list[str]:
    """Raises PlatformRefused when the words do not make three different ones."""
    phrases = (phrase.strip(_ENDS) for phrase in _BETWEEN.split(copy))
    lines = _distinct((*phrases, name, business, _host(page)), HEADLINE_WIDTH)
    return _enough(lines, FEWEST_HEADLINES)[:MOST_HEADLINES]


def descriptions(copy: str, business: str, page: str) -> list[str]:
    """The whole copy and the business; raises PlatformRefused when the copy is too long."""
    lines = _packed(_pieces(copy))
    if not lines or len(lines) > MOST_DESCRIPTIONS:
        raise PlatformRefused(ErrorCode.CREATIVE_REJECTED, "google")
    signed = f"{business} · {_host(page)}"
    return _enough(_distinct((*lines, signed, business), DESCRIPTION_WIDTH), FEWEST_DESCRIPTIONS)[
        :MOST_DESCRIPTIONS
    ]


def _host(page: str) -> str:
    return urlsplit(page).hostname or page


def _pieces(copy: str) -> Iterator[str]:
    """Phrases, cut where one alone is too wide for a line."""
    for phrase in _BETWEEN.split(copy):
        piece = ""
        for char in phrase:
            if width(piece + char) > DESCRIPTION_WIDTH:
                yield piece
                piece = ""
            piece += char
        yield piece


def _packed(pieces: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and width(lines[-1] + piece) <= DESCRIPTION_WIDTH:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines if line.strip()]


def _distinct(lines: Sequence[str], widest: int) -> list[str]:
    fitting = [line for line in lines if line and width(line) <= widest]
    return [*{line.casefold(): line for line in reversed(fitting)}.values()][::-1]


def _enough(lines: list[str], fewest: int) -> list[str]:
    if len(lines) < fewest:
        raise PlatformRefused(ErrorCode.CREATIVE_REJECTED, "google")
    return lines
