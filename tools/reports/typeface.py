"""The one font of charts and PDFs, and what it can draw."""

import unicodedata
from functools import cache
from pathlib import Path

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-subset.ttf"
_BOX = "□"
# Marks that only join or vary their neighbours, and signs that say where to write, leave no mark.
_INVISIBLE = ("Mn", "Me", "Cf", "Cc", "Cs")


def drawable(text: str) -> str:
    """The text with □ for what the font lacks; line breaks stay."""
    known = _characters()
    shown = []
    for character in unicodedata.normalize("NFC", text):
        if character == "\n" or ord(character) in known:
            shown.append(character)
        elif character.isspace():
            shown.append(" ")
        elif unicodedata.category(character) not in _INVISIBLE:
            shown.append(_BOX)
    return "".join(shown)


@cache
def _characters() -> frozenset[int]:
    # Imported here: only pictures and PDFs need it, and most turns make neither.
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(FONT)).get_charmap())
