"""Ideas of everyday business: words that say the same, in both languages (everyday.yaml)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from memory.terms import folded

_FILE = Path(__file__).with_name("everyday.yaml")


def ideas(text: str) -> frozenset[int]:
    """Numbers of the lines of which `text` has a word, the longest at each place."""
    words, _ = _known()
    return frozenset(idea for _, word in _found(folded(text)) for idea in words[word])


def without_ideas(text: str) -> str:
    """What is left of `text`, folded, when the words of all lines are taken out."""
    plain = folded(text)
    for at, word in reversed([*_found(plain)]):
        plain = f"{plain[:at]} {plain[at + len(word) :]}"
    return plain


def _found(plain: str) -> Iterator[tuple[int, str]]:
    _, by_first = _known()
    at = 0
    while at < len(plain):
        word = next((each for each in by_first.get(plain[at], ()) if _stands(plain, at, each)), "")
        if word:
            yield at, word
        at += len(word) or 1


def _stands(plain: str, at: int, word: str) -> bool:
    """A word in letters must begin and end where words do."""
    if not plain.startswith(word, at):
        return False
    around = plain[max(0, at - 1) : at] + plain[at + len(word) : at + len(word) + 1]
    return not word[0].isascii() or not any(each.isascii() and each.isalpha() for each in around)


@cache
def _known() -> tuple[Mapping[str, Sequence[int]], Mapping[str, Sequence[str]]]:
    """The ideas of each word, and the words by their first character, the longest first."""
    lines: list[list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    words: defaultdict[str, list[int]] = defaultdict(list)
    for idea, line in enumerate(lines):
        for word in line:
            words[folded(word)].append(idea)
    by_first: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words, key=len, reverse=True):
        by_first[word[0]].append(word)
    return words, by_first
