"""One spelling for reading: half-width, simplified, lower-case, as long as the original."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_MARKS = {
    "\t": " ", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "─": "-",
    "〜": "~", "∼": "~", "“": '"', "”": '"', "‘": "'", "’": "'", "﹪": "%",
}  # fmt: skip


class _Spelling(dict[int, str]):
    """A table for `str.translate` that learns a character when it first meets it."""

    def __missing__(self, code: int) -> str:
        character = _half_width(chr(code))
        character = _MARKS.get(character, character)
        character = _simplified().get(character, character)
        self[code] = _one_for_one(character, character.lower())
        return self[code]


_SPELLING = _Spelling()


def normalise(text: str) -> str:
    """`text` character by character, so that a span of the result is a span of `text`."""
    return text.translate(_SPELLING)


def _half_width(character: str) -> str:
    # Footnote marks and fractions ("C-3²") must not become digits of what they stand behind.
    if unicodedata.category(character) == "No":
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return _one_for_one(character, unicodedata.normalize("NFKC", character))


def _one_for_one(character: str, changed: str) -> str:
    return changed if len(changed) == 1 else character


@cache
def _simplified() -> Mapping[str, str]:
    """Traditional → simplified, one character for one, from OpenCC's table."""
    table = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8")
    rows = (line.split() for line in table.splitlines() if line)
    return {row[0]: row[1] for row in rows if len(row[0]) == 1 and len(row[1]) == 1}
