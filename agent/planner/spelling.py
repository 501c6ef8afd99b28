"""Slips of the keys put right, for understanding only: values are quoted as they were typed."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml
from rapidfuzz.distance import OSA

from agent.planner.examples import all_examples
from agent.planner.features import CONCEPTS
from tools.reading.normal import normalise

TYPOS = Path(__file__).with_name("typos.yaml")

_SHORTEST = 4
_TWO_SLIPS_FROM = 8
_WORD = re.compile(r"(?<![\w@./-])[a-z]{4,}(?![\w@./-])", re.ASCII)


def mended(text: str) -> str:
    """`text` with its slips put right where that keeps the length, so that spans stay true."""
    fixed = _mend_han(text)
    return _WORD.sub(lambda match: _same_length(match[0]), fixed)


@lru_cache(maxsize=2048)
def meant(word: str) -> str:
    """The word that a lower-case English `word` is a slip of, itself when it is known."""
    if len(word) < _SHORTEST or word in _known():
        return word
    allowed = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    near = [
        (OSA.distance(word, each, score_cutoff=allowed), each)
        for each in _targets()
        if each[0] == word[0]
    ]
    best = min(near, default=(allowed + 1, word))
    return best[1] if best[0] <= allowed else word


def _same_length(word: str) -> str:
    right = meant(word)
    return right if len(right) == len(word) else word


def _mend_han(text: str) -> str:
    plain = normalise(text)
    for match in _han_typos().finditer(plain):
        right = _typos()[match[0]]
        text = f"{text[: match.start()]}{right}{text[match.end() :]}"
    return text


@cache
def _typos() -> Mapping[str, str]:
    content: dict[str, str] = yaml.safe_load(TYPOS.read_text(encoding="utf-8"))
    return content


@cache
def _han_typos() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_typos(), key=len, reverse=True)))


@cache
def _targets() -> tuple[str, ...]:
    """The words worth finding behind a slip: those of the concepts."""
    content: dict[str, list[str]] = yaml.safe_load(CONCEPTS.read_text(encoding="utf-8"))
    words = {word for entries in content.values() for word in entries}
    return tuple(sorted(word for word in words if _WORD.fullmatch(word)))


@cache
def _known() -> frozenset[str]:
    """Words that need no mending: those of the examples and the concepts."""
    said = " ".join(example.text.lower() for example in all_examples())
    return frozenset([*re.findall(r"[a-z]+", said), *_targets()])
