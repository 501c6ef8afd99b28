"""Cutting a text for the embedding model, which reads 512 tokens and takes its time."""

import re
from itertools import pairwise

_SENTENCE_END = re.compile(r"(?<=[。！？!?；;\n])|(?<=\.)(?=\s)")
_HAN = re.compile("[㐀-鿿豈-﫿]")
# About 300 tokens. Who asks meanwhile waits for one window at most, not for 1,200 characters.
_WINDOW = 400
# A letter takes about a third of the tokens that a Chinese character takes.
_LETTER = 0.3


def sentences(text: str) -> list[str]:
    """Every sentence and line that says something; joined, they lack only white space."""
    return [each.strip() for each in _SENTENCE_END.split(text) if each.strip()]


def windows(text: str, most: int) -> list[str]:
    """`text` in about equal parts that end where sentences end: one, unless it is long."""
    parts = sentences(text)
    ends = [0.0]
    for part in parts:
        ends.append(ends[-1] + _length(part))
    number = min(most, -(-int(ends[-1]) // _WINDOW))
    if number < 2:
        return [text]
    cut: list[list[str]] = [[] for _ in range(number)]
    for part, (start, end) in zip(parts, pairwise(ends), strict=True):
        cut[min(number - 1, int((start + end) / 2 / ends[-1] * number))].append(part)
    return [" ".join(window) for window in cut if window]


def _length(text: str) -> float:
    han = len(_HAN.findall(text))
    return han + _LETTER * (len(text) - han)
