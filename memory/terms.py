"""The terms by which texts are compared: Chinese by characters and their pairs, other words by
their stems, numbers and ids whole. Traditional and simplified characters are the same."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise

_HAN = "㐀-鿿豈-﫿"
_PIECE = re.compile(
    r"(?P<id>\b[a-z]{1,2}-\d+(?:\.\d+)?\b)"
    r"|(?P<address>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<number>\d+(?:[.:,]\d+)*%?)"
    rf"|(?P<han>[{_HAN}]+)"
    rf"|(?P<word>[^\W\d_{_HAN}]+)"
)
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_LETTER = re.compile(rf"[^\W\d_{_HAN}]")
_STOP_CHARACTERS = frozenset(
    "的了着过是我你您他她它们在有和与就都也还吗呢吧啊呀嘛么把被给请这那哪什怎谁"
)
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the is are was were be been am to of in on at for from with and or but as by my me "
        "mine i you your we our us it its this that these those do does did has have had will "
        "would can could should what which when where who how why please so if then there here "
        "s t m re ve ll",
    )
)
# Shares of a query's weight: one character says less than a pair, a number says more than a word.
_CHARACTER, _PAIR, _WORD, _EXACT = 0.3, 1.0, 1.0, 1.5


def folded(text: str) -> str:
    """Lower case, half width, simplified characters; nothing else is changed."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return plain.translate(_simplified())


def in_han(text: str) -> bool:
    """Whether `text` is written in Chinese characters rather than in letters, as a whole: one of
    them says about as much as four letters."""
    han = sum(len(run) for run in _HAN_RUN.findall(text))
    return 4 * han > len(_LETTER.findall(text))


def terms(text: str) -> Iterator[tuple[str, float]]:
    """Every term of `text` in its order, as often as it stands there, with its weight."""
    for piece in _PIECE.finditer(folded(text)):
        found = piece.group()
        if piece.lastgroup == "han":
            yield from _han_terms(found)
        elif piece.lastgroup == "word":
            if found not in STOP_WORDS:
                yield stem(found), _WORD
        else:
            yield found, _EXACT


def stem(word: str) -> str:
    """English words without the endings of plural, tense and -ing: `runs`, `running` → `run`."""
    for ending, least, instead in (
        ("ies", 5, "y"), ("sses", 6, "ss"), ("ing", 6, ""), ("ed", 5, ""), ("es", 5, "e"),
        ("s", 4, ""),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) >= least and not word.endswith(("ss", "us", "is")):
            word = word.removesuffix(ending) + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def _han_terms(run: str) -> Iterator[tuple[str, float]]:
    for character in run:
        if character not in _STOP_CHARACTERS:
            yield character, _CHARACTER
    for pair in map("".join, pairwise(run)):
        if not _STOP_CHARACTERS.issuperset(pair):
            yield pair, _PAIR


@cache
def _simplified() -> Mapping[int, str]:
    """Traditional → simplified, one character for one, from OpenCC's table."""
    table = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8")
    rows = (line.split() for line in table.splitlines() if line)
    return {ord(row[0]): row[1] for row in rows if len(row[0]) == 1 and len(row[1]) == 1}
