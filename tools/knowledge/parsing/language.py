"""The language of a document: not every page with a Chinese name on it is Chinese."""

import re
from collections import Counter
from collections.abc import Iterable

from config.i18n import Language
from config.i18n.detect import detect

_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LETTERS = 20_000


def language_of(texts: Iterable[str]) -> Language | None:
    """The one in which most of the first 20,000 letters are written."""
    weights: Counter[Language] = Counter()
    read = 0
    for text in texts:
        part = text[: _LETTERS - read]
        read += len(part)
        han, words = len(_HAN.findall(part)), len(_WORD.findall(part))
        found = Language.en if words > han else detect(part)
        if found is not None:
            weights[found] += han + words
        if read >= _LETTERS:
            break
    return max(weights, key=weights.__getitem__) if weights else None
