"""Chinese numerals as people say them."""

import re
from decimal import Decimal

import cn2an

DIGITS = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
UNITS = "十百千万亿拾佰仟"
NUMERAL = rf"(?:[{DIGITS}{UNITS}]+(?:点[{DIGITS}]+)?|半)"
_NEXT_SMALLER = {"百": "十", "千": "百", "万": "千", "亿": "千万"}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟〇两", "一二三四五六七八九十百千零二")
_DIGIT = "[一二三四五六七八九]"
_TENS = rf"{_DIGIT}?十{_DIGIT}?"
_HUNDREDS = rf"{_DIGIT}百(?:零{_DIGIT}|{_TENS})?"
_THOUSANDS = rf"{_DIGIT}千(?:{_HUNDREDS}|零(?:{_TENS}|{_DIGIT}))?"
_GROUP = rf"{_THOUSANDS}|{_HUNDREDS}|{_TENS}|{_DIGIT}"
_WRITTEN_OUT = re.compile(rf"(?=.)(?:({_GROUP})亿零?)?(?:({_GROUP})万零?)?({_GROUP})?(?<!零)")
_SAID_SHORT = re.compile(rf"[百千万亿](?P<last>{_DIGIT})$")
# Two digits in a row are a guess ("三五个", three to five), three are a number.
_ROW = re.compile("[零一二三四五六七八九]{1,15}")
_SPELLED_OUT = re.compile(rf"[{DIGITS}]{{3,15}}")


def value_of(numeral: str) -> Decimal | None:
    """The value of a simplified Chinese numeral; None when it is not one ("十百", "万")."""
    if numeral == "半":
        return Decimal("0.5")
    whole, point, fraction = numeral.translate(_FORMAL).partition("点")
    integer = _integer(whole)
    if integer is None or not point:
        return integer
    return integer + Decimal(f"0.{_digits(fraction)}") if _ROW.fullmatch(fraction) else None


def _integer(whole: str) -> Decimal | None:
    if whole == "零":
        return Decimal(0)
    if _SPELLED_OUT.fullmatch(whole):
        return Decimal(_digits(whole))
    short = _SAID_SHORT.search(whole)
    if short and "零" not in whole:
        whole += _NEXT_SMALLER[whole[short.start()]]
    parts = _WRITTEN_OUT.fullmatch(whole)
    if parts is None:
        return None
    hundred_millions, ten_thousands, rest = map(_below_ten_thousand, parts.groups())
    return hundred_millions * 100_000_000 + ten_thousands * 10_000 + rest


def _digits(row: str) -> str:
    return "".join(str("零一二三四五六七八九".index(digit)) for digit in row)


def _below_ten_thousand(group: str | None) -> Decimal:
    """cn2an reads such groups well; larger numerals (一亿二, 一万十) make it fail."""
    return Decimal(cn2an.cn2an(group, "normal")) if group else Decimal(0)
