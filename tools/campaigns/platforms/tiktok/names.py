"""Names on the platform: what people see, and behind it the marker by which we know our own.

A campaign is called `Autumn #hk-0123456789ab`, the ads below it `… #hk-0123456789ab.2.1 [CR-7]`:
second ad set, first ad, our creative. A campaign that is still being made has a `~` behind its
marker; taking it away is what finishes the campaign, in one step.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

DRAFT: Final = "~"
LONGEST: Final = 512

_MARKED = re.compile(
    r"(?P<name>.*) #hk-(?P<mark>[0-9a-f]{12})(?P<place>(?:\.[0-9]+)*)(?P<draft>~?)"
    r"(?: \[(?P<creative>.*)\])?",
    re.DOTALL,
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u200d\u20e3\ufe0f]")


@dataclass(frozen=True, slots=True)
class Marked:
    """`mark` is empty for a name that is not ours; `place` counts from 1."""

    name: str
    mark: str = ""
    place: tuple[int, ...] = ()
    draft: bool = False
    creative_id: str = ""


def mark_of(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:12]


def marked(name: str, mark: str, *place: int, creative_id: str = "", draft: bool = False) -> str:
    """The whole name. TikTok refuses emoji in it, and too many letters: they are left out."""
    end = f" #hk-{mark}" + "".join(f".{number}" for number in place)
    end += DRAFT if draft else ""
    end += f" [{creative_id}]" if creative_id else ""
    return _cut(_EMOJI.sub("", name), LONGEST - len(DRAFT) - _width(end)) + end


def read(whole: str) -> Marked:
    match = _MARKED.fullmatch(whole)
    if match is None:
        return Marked(whole)
    place = tuple(int(number) for number in match["place"].split(".")[1:])
    return Marked(
        match["name"], match["mark"], place, bool(match["draft"]), match["creative"] or ""
    )


def _cut(text: str, width: int) -> str:
    while _width(text) > width:
        text = text[:-1]
    return text


def _width(text: str) -> int:
    # TikTok counts a Chinese or Japanese character twice.
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)
