"""Ids that a conversation has shown, and words that point at them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tools.arguments import Kind
from tools.reading.creatives import creatives
from tools.reading.ids import ad_sets, ids
from tools.reading.normal import normalise
from tools.reading.shapes import Span, inside

OBJECT_KINDS = (Kind.lead, Kind.campaign, Kind.ad_set, Kind.test, Kind.rule)
_LETTERS = {"L": Kind.lead, "C": Kind.campaign, "A": Kind.ad_set, "T": Kind.test, "R": Kind.rule}

_NOUNS = {
    Kind.lead: "线索|客户|潜客|名单|人|lead|customer|prospect|guy|person",
    Kind.campaign: "活动|广告(?!组)|计划|系列|campaign|ad(?! ?set)",
    Kind.ad_set: "广告组|ad ?set",
    Kind.test: "测试|实验|test|experiment",
    Kind.rule: "规则|rule",
    Kind.creatives: "素材|创意|图|视频|creative|image|video",
}
_ANY_NOUN = "|".join(_NOUNS.values())
_HAN_ORDINAL = {digit: value for value, digit in enumerate("一二三四五六七八九十", start=1)}
_EN_ORDINAL = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "7th": 7,
    "former": 1, "top": 1, "last": -1, "latter": -1, "bottom": -1,
}  # fmt: skip
_COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "two": 2, "three": 3, "four": 4}
_MEASURE = "个|条|位|名|项|份|款|张"
_ORDINAL = re.compile(
    rf"(?:第(?P<zh>[一二三四五六七八九十]|\d{{1,2}})|(?P<end>倒数第一|最后一?|末尾|后者)|(?P<start>头一|前者))"
    rf"(?:{_MEASURE})?(?:的?(?P<zh_noun>{_ANY_NOUN}))?(?!广告组|组|次|步|天|周|季)"
    rf"|(?<![a-z0-9])(?:the )?(?P<en>{'|'.join(_EN_ORDINAL)})(?: (?P<en_noun>one|{_ANY_NOUN})s?(?![a-z])"
    rf"|(?= to (?!\d)|$|[,.?!]))|(?:number|no\.?) ?(?P<no>\d{{1,2}})(?![\d%])"
)
_FIRST_FEW = re.compile(
    rf"前(?P<zh>[两二三四五]|\d)(?:{_MEASURE})"
    rf"|(?<![a-z])the first (?P<en>two|three|four|\d)(?![a-z])|(?P<both>(?<![a-z])both(?: of them)?(?![a-z])|两个都|都|all of them|them all|全部?)"
)
_POINTER = re.compile(
    rf"(?:它们?|他|她|牠|[这那](?:{_MEASURE})|[这那](?=的?(?:{_ANY_NOUN}))|该(?=的?(?:{_ANY_NOUN}))|刚才(?:那|的|说的)?(?:{_MEASURE})?|刚刚(?:那|的)?(?:{_MEASURE})?|上面(?:那|的)?(?:{_MEASURE})?)"
    rf"(?:的?(?P<zh_noun>{_ANY_NOUN}))?"
    rf"|(?<![a-z])(?:(?:this|that|the|same) (?P<en_noun>one|{_ANY_NOUN})(?![a-z])|it|its|him|her|them|that|this)(?![a-z'])"
)
_NO_POINTER = re.compile(
    r"这(?:个|一)?[周月年天次样里边些么]|那(?:就|么|边|些|里|[^一-鿿]*[周月天])|(?:th(?:is|at)) (?:week|month|year|quarter|way|time)|那上|那本|那今|那昨|那最"
)


_ALL = re.compile(
    rf"(?:所有|全部|每一?个)的?(?:{_ANY_NOUN})|(?<![a-z])(?:all|every)(?: of)?(?: the| my| our)? (?:{_ANY_NOUN})"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """An object at `text[start:end]`, named there or pointed at."""

    kind: Kind
    id: str
    start: int
    end: int


def kind_of(object_id: str) -> Kind:
    """The kind that the letter of an id stands for; creatives have ids of any other form."""
    letter, dash, rest = object_id.partition("-")
    return _LETTERS.get(letter, Kind.creatives) if dash and rest[:1].isdigit() else Kind.creatives


# The answers of a conversation are looked through again at every turn.
@lru_cache(maxsize=1024)
def named(text: str) -> tuple[Mention, ...]:
    """The objects that `text` names by id, in the order said."""
    found = [
        Mention(kind, str(reading.value), reading.start, reading.end)
        for kind in OBJECT_KINDS
        for reading in (ad_sets(text) if kind is Kind.ad_set else ids(kind, text))
    ]
    for reading in creatives(text):
        found += [
            Mention(Kind.creatives, value, reading.start, reading.end) for value in reading.value
        ]
    return tuple(sorted(found, key=lambda mention: mention.start))


def pointed_at(text: str, shown: Sequence[str], recent: Sequence[str]) -> list[Mention]:
    """The objects that ordinals ("第二个", "the last one") pick out of `shown`, and the one of
    `recent` (latest first) that a pronoun means."""
    plain = normalise(text)
    found = [*_several(plain, shown), *_counted(plain, shown)]
    if not found:
        found = list(_pronouns(plain, recent))
    kept: list[Mention] = []
    taken: list[Span] = []
    for mention in found:
        span = (mention.start, mention.end)
        if span in taken or not inside(span, taken):
            kept.append(mention)
            taken.append(span)
    return kept


def means_all(text: str) -> bool:
    """Whether it speaks of all objects of a kind, and so of none that is in sight."""
    return _ALL.search(normalise(text)) is not None


def _several(plain: str, shown: Sequence[str]) -> Iterator[Mention]:
    for match in _FIRST_FEW.finditer(plain) if len(shown) > 1 else ():
        said = match["zh"] or match["en"]
        count = len(shown) if match["both"] else _COUNTS.get(said) or int(said)
        # A campaign is shown with its ad sets; who speaks of all means the campaign.
        alike = [each for each in shown if kind_of(each) is kind_of(shown[0])]
        for object_id in alike[:count]:
            yield Mention(kind_of(object_id), object_id, *match.span())


def _counted(plain: str, shown: Sequence[str]) -> Iterator[Mention]:
    for match in _ORDINAL.finditer(plain):
        kind = _kind_said(match["zh_noun"] or match["en_noun"])
        listed = [each for each in shown if kind in (None, kind_of(each))]
        place = _place(match)
        if place and abs(place) <= len(listed):
            object_id = listed[place - 1 if place > 0 else place]
            yield Mention(kind_of(object_id), object_id, *match.span())


def _place(match: re.Match[str]) -> int:
    """Counted from 1, or from −1 at the end; 0 when the words give no place."""
    if match["end"]:
        return -1
    if match["start"]:
        return 1
    if match["en"]:
        return _EN_ORDINAL[match["en"]]
    said = match["zh"] or match["no"]
    return int(said) if said.isdecimal() else _HAN_ORDINAL[said]


def _pronouns(plain: str, recent: Sequence[str]) -> Iterator[Mention]:
    for match in _POINTER.finditer(plain):
        if _NO_POINTER.match(plain, match.start()):
            continue
        kind = _kind_said(match["zh_noun"] or match["en_noun"])
        for object_id in recent:
            if kind in (None, kind_of(object_id)):
                yield Mention(kind_of(object_id), object_id, *match.span())
                break


def _kind_said(noun: str | None) -> Kind | None:
    if noun is None or noun == "one":
        return None
    return next((kind for kind, nouns in _NOUNS.items() if re.fullmatch(nouns, noun)), None)
