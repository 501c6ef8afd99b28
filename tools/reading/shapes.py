"""Written shapes that carry digits and are no amounts: addresses, phones, dates, times."""

import re
from functools import lru_cache

from tools.reading.normal import normalise

Span = tuple[int, int]

# On the original text: full-width punctuation ends an address, half-width may be part of it.
URL = re.compile(
    r"(?:https?://|www\.)[!-~]+?(?=[.,;:!?)\]}'\"<>]*(?:[^!-~]|$))"
    r"|(?<![A-Za-z0-9@.\-_])(?:[a-z0-9-]+\.)+(?:com|cn|net|shop|store|io|co|org|tw|hk)\b"
    r"(?:/[!-~]*?(?=[.,;:!?)\]}'\"<>]*(?:[^!-~]|$)))?(?!@)",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)

_NOT_INSIDE = r"(?<![a-z0-9_./@+-])"
PHONE = re.compile(
    _NOT_INSIDE + r"(?:\+\d{1,3}[ -]?(?:\(\d{1,4}\)[ -]?)?\d(?:[ -]?\d){5,12}"
    r"|(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
    r"|0\d{2,3}-\d{7,8}(?:-\d{1,5})?|0\d{9,11}|09\d{2}[ -]?\d{3}[ -]?\d{3}"
    r"|[48]00[ -]\d{3}[ -]\d{4}|[48]00\d{7}"
    r"|\(?\d{3}\)?[ -]\d{3}[ -]\d{4})"
    r"(?![\d%]|[.,]\d)"
)
PHONE_CUE = re.compile(
    r"(?:电话|手机号?码?|座机|号码|联系方式|whatsapp|phone(?: number)?|mobile|tel|cell|call)"
    r"\s*(?:是|为|叫|is|no\.?|:|=)?\s*"
    r"(?P<phone>\+?\(?\d(?:[ ()-]{0,2}\d){4,14})(?!\d)"
)

MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_HAN = "[零〇一二三四五六七八九十]"
_CALENDAR = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    rf"|(?:\d{{4}}|{_HAN}{{4}})年(?:\d{{1,2}}月(?:份|\d{{1,2}}[日号]?)?)?"
    rf"|(?:\d{{1,2}}|{_HAN}{{1,3}})月(?:份|\d{{1,2}}[日号]?|{_HAN}{{1,3}}[日号])?"
    rf"|(?<![\d.])(?:\d{{1,2}}|{_HAN}{{1,3}})[日号]"
    r"|\d{1,2}[:：]\d{2}(?:\s?[ap]\.?m)?|\b\d{1,2}\s?[ap]\.?m\b"
    rf"|(?<![\d.个])\d{{1,2}}点(?!\d)(?:半|[一三]刻|\d{{1,2}}分)?"
    rf"|(?:早上|上午|中午|下午|晚上|早|晚|凌晨)(?:{_HAN}{{1,3}}|两)点(?:半|[一三]刻|{_HAN}{{1,3}}分?)?"
    rf"|(?:周|星期|礼拜)[一二三四五六1-6]|(?:{_HAN}|\d)季度|(?<![a-z0-9])(?:20\d\d\s?)?q[1-4](?![a-z0-9])"
    rf"|\b(?:{MONTHS})\.?\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s20\d\d)?\b(?!\s?%)"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?(?:{MONTHS})\b(?:,?\s20\d\d)?"
    rf"|\b(?:{MONTHS})\s20\d\d\b"
    r"|(?<!\d)\d{1,2}[/.]\d{1,2}\s?[-~到至]\s?\d{1,2}[/.]\d{1,2}(?!\d)"
)


@lru_cache(maxsize=8)
def dates_and_contacts(text: str) -> tuple[Span, ...]:
    """The spans of all these shapes, in no order."""
    plain = normalise(text)
    found = [match.span() for match in URL.finditer(text)]
    for pattern in (EMAIL, PHONE, _CALENDAR):
        found.extend(match.span() for match in pattern.finditer(plain))
    found.extend(match.span("phone") for match in PHONE_CUE.finditer(plain))
    return tuple(found)


def inside(span: Span, others: tuple[Span, ...] | list[Span]) -> bool:
    """Whether `span` shares a character with one of `others`."""
    return any(span[0] < end and start < span[1] for start, end in others)
