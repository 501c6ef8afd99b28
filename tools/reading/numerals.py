"""Every numeral in a text, in digits, Chinese or English words, before its unit is known."""

import re
from collections.abc import Iterator
from decimal import Decimal

from tools.reading.chinese import DIGITS, NUMERAL, UNITS, value_of
from tools.reading.english import WORDS, value_of_words
from tools.reading.normal import normalise
from tools.reading.shapes import Span, inside
from tools.reading.tables import table

Numeral = tuple[Decimal, Span]

_TABLE = table("numbers")
_SCALES = {word: Decimal(scale) for word, scale in _TABLE["scales"].items()}
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!,?\d)|\d{1,15})(?:\.\d{1,15})?"
_DIGITS = re.compile(
    rf"(?<![\d_.])(?P<n>{_ARABIC})(?!\.?\d|(?:st|nd|rd|th)\b|[a-z_]+\d)"
    rf"(?: ?(?P<scale>{_SCALE})(?![a-z])"
    r"(?:(?P<rest>\d(?:\.\d+)?)(?P<rest_scale>[千百])|(?P<tail>\d)(?![\d%a-z]|[.,]\d))?)?"
)
# What people write without a space before the figure.
_GLUED = re.compile(
    r"(?:^|[^a-z])(?:us|hk|nt|usd|rmb|cny|hkd|twd|sgd|eur|gbp|ct[r]|cp[ac]|roas|roi|top)$"
)
_SHARE = re.compile(
    rf"(?P<whole>[{DIGITS}{UNITS}]{{1,15}}|\d{{1,15}})分之(?P<part>{_ARABIC}|{NUMERAL})"
    r"|(?P<half>一半|(?:by|in) half)|(?P<all>百分百)"
)
_HAN = re.compile(rf"(?<!第){NUMERAL}")
_PER_DAY = re.compile(rf"[{DIGITS}{UNITS}]*[百千万]一(?=[天日周])")
_TWO_DIGIT_DISCOUNT = re.compile(
    r"(?P<tens>[一二三四五六七八九])(?P<ones>[一二三四五六七八九])(?=折)"
)
_ENGLISH = re.compile(rf"(?<![a-z-]){WORDS}(?![a-z])")
_IDIOM = re.compile(_TABLE["idioms"])


def shares(plain: str) -> Iterator[Numeral]:
    """百分之二十, 三分之一, 一半, by half: a share in per cent."""
    for match in _SHARE.finditer(plain):
        if match["half"] or match["all"]:
            yield Decimal(50 if match["half"] else 100), match.span()
            continue
        whole = {"百": Decimal(100), "千": Decimal(1000)}.get(match["whole"]) or _any(
            match["whole"]
        )
        part = _any(match["part"])
        if whole and part is not None:
            yield round(part * 100 / whole, 2), match.span()


def arabic(plain: str, text: str) -> Iterator[Numeral]:
    # A full-width comma separates; only a half-width one groups thousands.
    apart = "".join(
        "、" if typed == "，" else character for typed, character in zip(text, plain, strict=True)
    )
    for match in _DIGITS.finditer(apart):
        before = apart[max(0, match.start() - 5) : match.start()]
        glued = before[-1:].isascii() and before[-1:].isalpha()
        if not before.endswith("第") and (not glued or _GLUED.search(before)):
            yield _scaled(match), match.span()


def han(plain: str) -> Iterator[Numeral]:
    idioms = [match.span() for match in _IDIOM.finditer(plain)]
    for match in _TWO_DIGIT_DISCOUNT.finditer(plain):
        tenths = f"{value_of(match['tens'])}.{value_of(match['ones'])}"
        yield Decimal(tenths), match.span()
    for match in _HAN.finditer(plain):
        start, end = match.span()
        # "三百一天" is 300 a day, not 310 days.
        end -= _PER_DAY.match(plain, start, end + 1) is not None
        value = value_of(plain[start:end])
        if value is not None and not inside((start, end), idioms):
            yield value, (start, end)


def english(plain: str) -> Iterator[Numeral]:
    for match in _ENGLISH.finditer(plain):
        yield value_of_words(match[0]), match.span()


def _scaled(match: re.Match[str]) -> Decimal:
    value = Decimal(match["n"].replace(",", ""))
    if match["scale"] is None:
        return value
    scale = _SCALES[match["scale"]]
    rest = Decimal(match["rest"] or 0) * _SCALES.get(match["rest_scale"] or "", Decimal(0))
    # 3万5 is short for 3万5千.
    return value * scale + rest + Decimal(match["tail"] or 0) * scale / 10


def _any(numeral: str) -> Decimal | None:
    digits = numeral.replace(",", "")
    if digits[0].isdecimal():
        return Decimal(normalise(digits))
    return value_of(numeral)
