"""Which of our languages a message is written in."""

import re
from functools import cache
from importlib.resources import files

from config.i18n import Language

_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_ID = re.compile(r"\b[A-Za-z]{1,2}-?\d+(\.\d+)?\b")
_WORD = re.compile(r"[A-Za-z]{2,}")


def detect(text: str) -> Language | None:
    """The language of `text`, None when it does not show one (an id, a number, one short word)."""
    han = set(_HAN.findall(text))
    if han:
        return Language.zh_tw if han & _traditional_only() else Language.zh_cn
    words = _WORD.findall(_ID.sub(" ", text))
    return Language.en if len(words) >= 2 or any(len(word) >= 5 for word in words) else None


@cache
def _traditional_only() -> frozenset[str]:
    """Characters that simplified text does not use, from OpenCC's tables."""
    folder = files("opencc") / "dictionary"
    to_simplified = _pairs((folder / "TSCharacters.txt").read_text(encoding="utf-8"))
    to_traditional = _pairs((folder / "STCharacters.txt").read_text(encoding="utf-8"))
    return frozenset(
        character
        for character, simplified in to_simplified.items()
        if character not in simplified and character not in to_traditional
    )


def _pairs(table: str) -> dict[str, list[str]]:
    rows = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {row[0]: row[1].split() for row in rows}
