"""Ids as people write and say them: C-3, c3, 活动3, 3号活动, campaign 3."""

import re
from collections.abc import Iterator

from tools.arguments import Kind
from tools.reading.base import Reading
from tools.reading.chinese import value_of
from tools.reading.normal import normalise
from tools.reading.shapes import PHONE, PHONE_CUE, URL, Span, inside

_HAN = "一二三四五六七八九十百"
_START = r"(?<![a-z0-9_/.@'+-])"
_MEASURE = (
    r"(?![\d_]|[.,]\d|\s?(?:%|[天日周年月点元块个条位名组万千百倍折成分k-]|小时|星期|礼拜"
    r"|(?:days?|weeks?|hours?|percent|usd|dollars?|x)\b))"
)
_LETTERS = {Kind.lead: "l", Kind.campaign: "c", Kind.test: "t", Kind.rule: "r"}
_NOUNS = {
    Kind.lead: r"线索|潜客|客户|名单|lead|customer|prospect",
    Kind.campaign: r"广告系列|广告计划|推广计划|活动|计划|系列|campaign|camp",
    Kind.test: r"a/?b ?测试|a/?b ?test|测试|实验|split test|test|experiment",
    Kind.rule: r"规则|rule",
}
_NAMED = (
    r"\s?(?:编号|号码|号|id|no\.?|number)?\s?[:#]?\s?"
    rf"(?P<n>\d{{1,9}}|[{_HAN}]{{1,4}}(?=$|[^一-鿿]|[的号]))"
)


def _pattern(kind: Kind) -> re.Pattern[str]:
    letter, nouns = _LETTERS[kind], _NOUNS[kind]
    hash_sign = rf"|{_START}#\s?(?P<h>\d{{1,9}})(?![a-z0-9_])" if kind is Kind.lead else ""
    return re.compile(
        rf"{_START}{letter}\s?[-_#]?\s?(?P<i>\d{{1,9}})(?![a-z0-9_]|[.-]\d|%)"
        rf"|(?<![a-z])(?:{nouns}){_NAMED}{_MEASURE}"
        rf"|(?<![\d月.-])(?P<b>\d{{1,9}}|[{_HAN}]{{1,4}})\s?号\s?的?(?:{nouns})" + hash_sign
    )


_PATTERNS = {kind: _pattern(kind) for kind in _LETTERS}
_BARE = re.compile(r"\s*(\d{1,9})\s*号?\s*[.。!]?\s*")
_AD_SET = re.compile(
    rf"(?:{_START}a\s?[-_]?\s?|(?:广告组|ad ?set|ad group)\s?#?\s?)"
    r"(\d{1,9})\.(\d{1,4})(?![a-z0-9_.]|\s?%)"
)
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5,
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5,
}  # fmt: skip
_ADS_OF = re.compile(
    rf"(?:的|里|下|中|里面的|下面的|'s|\s)*(?:第(?P<zh>\d{{1,2}}|[{_HAN}]{{1,3}})个?(?:广告)?组"
    rf"|(?P<en>{'|'.join(_ORDINALS)}) (?:ad ?set|ad group))"
)
_OF_CAMPAIGN = re.compile(
    rf"(?P<en>{'|'.join(_ORDINALS)}) (?:ad ?set|ad group) (?:of|in|from|under) (?:campaign )?$"
)


def ids(kind: Kind, text: str) -> list[Reading]:
    """Ids of leads, campaigns, tests or rules in the order said; a message that is nothing but a
    number answers the question which one."""
    plain = normalise(text)
    bare = _BARE.fullmatch(plain)
    if bare:
        return [_reading(f"{_LETTERS[kind].upper()}-{int(bare[1])}", bare.span(1))]
    return list(_written(kind, text, plain))


def is_bare_number(text: str) -> bool:
    """Whether the text is a number and nothing else, so that it names no kind of thing."""
    return _BARE.fullmatch(normalise(text)) is not None and not phone_numbers(text)


def leads(text: str) -> list[Reading]:
    """Lead ids, then phones: both name a lead."""
    phones = phone_numbers(text)
    if phones and _BARE.fullmatch(normalise(text)):
        return phones
    return ids(Kind.lead, text) + phones


def phone_numbers(text: str) -> list[Reading]:
    """Phones as typed, without spaces, dashes and brackets."""
    plain = normalise(text)
    addresses = [match.span() for match in URL.finditer(text)]
    spans = [match.span() for match in PHONE.finditer(plain)]
    for match in PHONE_CUE.finditer(plain):
        span = match.span("phone")
        if not inside(span, spans):
            spans.append(span)
    return [
        _reading(re.sub(r"[^\d+]", "", plain[slice(*span)]), span)
        for span in sorted(spans)
        if not inside(span, addresses)
    ]


def ad_sets(text: str) -> list[Reading]:
    plain = normalise(text)
    found = [
        _reading(f"A-{int(match[1])}.{int(match[2])}", match.span())
        for match in _AD_SET.finditer(plain)
    ]
    for campaign in _written(Kind.campaign, text, plain):
        after = _ADS_OF.match(plain, campaign.end)
        before = _OF_CAMPAIGN.search(plain, 0, campaign.start)
        span = (
            before.start() if before else campaign.start,
            after.end() if after else campaign.end,
        )
        ordinal = after or before
        if ordinal:
            value = f"A-{campaign.value[2:]}.{_ordinal(ordinal)}"
            found.append(_reading(value, span))
    return found


def spans_of_ids(text: str) -> list[Span]:
    """Where ids stand, so that their digits are not read as amounts."""
    plain = normalise(text)
    spans: list[Span] = []
    for kind in _LETTERS:
        spans.extend((found.start, found.end) for found in _written(kind, text, plain))
    spans.extend((found.start, found.end) for found in ad_sets(text))
    return spans


def _written(kind: Kind, text: str, plain: str) -> Iterator[Reading]:
    addresses = [match.span() for match in URL.finditer(text)]
    for match in _PATTERNS[kind].finditer(plain):
        said = next(group for group in match.groups() if group)
        number = int(said) if said.isdecimal() else value_of(said)
        if number is not None and not inside(match.span(), addresses):
            yield _reading(f"{_LETTERS[kind].upper()}-{number}", match.span())


def _ordinal(match: re.Match[str]) -> int:
    groups = match.groupdict()
    chinese = groups.get("zh")
    if chinese is None:
        return _ORDINALS[match["en"]]
    return int(chinese) if chinese.isdecimal() else int(value_of(chinese) or 1)


def _reading(value: str, span: Span) -> Reading:
    return Reading(value=value, start=span[0], end=span[1])
