"""English numerals in words."""

import re
from decimal import Decimal

_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = (
    {word: value for value, word in enumerate([*_ONES, *_TEENS], start=1)}
    | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
    | {"zero": 0, "a": 1, "an": 1}
)
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}

_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join([*_TEENS, *_ONES])})"
_MORE = rf"(?:(?: and)? {_SMALL}(?: hundred)?(?:(?: and)? {_SMALL})?(?: thousand)?)"
WORDS = (
    rf"(?:(?:{_SMALL}|an?) (?:dozen|hundred|thousand|million){_MORE}?(?: thousand)?"
    rf"|{_SMALL}(?: and a half)?(?: (?:hundred|thousand|million))?|zero)"
)


def value_of_words(words: str) -> Decimal:
    """The value of text that matches `WORDS`."""
    total, current = Decimal(0), Decimal(0)
    whole, _, half = words.partition(" and a half")
    for word in re.split(r"[ -]", whole):
        if word in _VALUES:
            current += _VALUES[word]
        elif word in _SCALES and _SCALES[word] >= 1000:
            total, current = total + current * _SCALES[word], Decimal(0)
        elif word in _SCALES:
            current *= _SCALES[word]
    if half or whole != words:
        current += Decimal("0.5")
        current *= _SCALES.get(half.strip(), 1)
    return total + current
