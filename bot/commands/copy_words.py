"""What a person says of the ad texts of a campaign that waits: in plain words or behind /copy.

Only a whole message of one of these shapes is taken for it. What describes a text instead of giving
it ("make it livelier") is a wish for another one.
"""

import re
from dataclasses import dataclass
from typing import Literal

from tools.reading.normal import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyWish:
    """`approval` P-5 or empty; `which` and `wish` as tools.campaigns.copy_editing.CopyEdit has it."""

    how: Literal["set", "renew", "own", "show"]
    approval: str = ""
    which: str = ""
    words: str | None = None
    wish: str = ""


_P = r"(?:(?P<p>p-?\d{1,9})\s*(?:的|里的?|中的?)?\s*)?"
_OBJECT = r"cr-?\d{1,9}|a-?\d{1,9}(?:\.\d{1,3})?|\d{2}\s*[-~到至]\s*\d{2}"
_NUMBER = r"\d{1,2}|[一二三四五六七八九十]"
_ZH = (
    rf"(?:第\s*(?P<n>{_NUMBER})\s*[条个则版](?:广告)?的?文案|文案\s*(?P<m>\d{{1,2}})"
    rf"|(?P<o>{_OBJECT})\s*岁?(?:这组|那组|广告组)?的?(?:广告)?文案|(?:全部|所有|广告|整体)?的?(?:广告)?文案)"
)
_EN = (
    rf"(?:(?:the )?(?:ad )?copy (?:no\.? ?|number )?(?P<n>\d{{1,2}})"
    rf"|(?:the )?(?P<m>\d{{1,2}}(?=st|nd|rd|th)|first|second|third|fourth|fifth)(?:st|nd|rd|th)? (?:ad )?copy"
    rf"|(?:the )?(?:ad )?copy (?:of|for) (?P<o>{_OBJECT}|p-?\d{{1,9}})|(?:the |all (?:the )?)?(?:ad )?copy)"
)
_PLEASE = r"(?:请|麻烦|帮我|给我|把|将|我想|我要)*\s*"
_TEXT = r"\s*(?P<colon>[:：]?)\s*(?P<text>\S.*)"
_AGAIN = (
    r"(?:换一?[版条个种](?:文案|说法)?|换个说法|换个文案|重写|重新写|再写一[版条个]|再来一[版条个])"
)
_OWN = r"(?:用|改用|换回|改回|恢复成?)\s*(?:素材)?的?(?:自带的?|原来的?)?(?:原文案?|原文|文案原文|自带文案|原来的文案)"
_MORE = r"(?:a (?:bit|little) )?(?:shorter|longer|livelier|simpler|funnier|better|friendlier|more \w+|less \w+)"
_SHAPES: tuple[tuple[Literal["set", "renew", "own"], str], ...] = (
    ("renew", rf"{_PLEASE}{_P}{_ZH}\s*(?:再|都)?{_AGAIN}(?:吧|一下|试试|看看)?"),
    ("renew", rf"{_PLEASE}{_P}(?:再|都)?{_AGAIN}(?:一下)?\s*{_ZH}(?:吧|试试|看看)?"),
    ("renew", rf"{_PLEASE}{_P}(?:再换一版|换一版|再来一版|换个说法)(?:文案)?(?:吧|试试|看看)?"),
    ("own", rf"{_PLEASE}{_P}(?:{_ZH})?\s*(?:还是|都)?{_OWN}(?:吧)?"),
    ("own", rf"{_PLEASE}{_P}(?P<o>cr-?\d{{1,9}})\s*(?:还是|都)?{_OWN}(?:吧)?"),
    ("set", rf"{_PLEASE}{_P}{_ZH}\s*(?:全部|都|统一)?(?:改成|改为|换成|换为|写成|修改为|修改成|更新为){_TEXT}"),
    ("set", rf"{_PLEASE}{_P}{_ZH}\s*改?(?P<colon>[:：])\s*(?P<text>\S.*)"),
    ("renew", rf"(?:please )?(?:rewrite|redo|reword) {_EN}(?: please)?"),
    ("renew", rf"(?:please )?(?:try |write |give me )?(?:another|a new|a different) (?:version (?:of|for) )?{_EN}"),
    ("own", rf"(?:please )?use the creatives?'?s? own (?:words|copy)(?: (?:for|of) (?P<o>{_OBJECT}))?"),
    ("own", rf"(?:please )?use the original (?:words|copy)(?: (?:for|of) (?P<o>{_OBJECT}))?"),
    ("set", rf"(?:please )?(?:change|set|update) {_EN} to{_TEXT}"),
    ("set", rf"(?:please )?make {_EN} (?P<text>{_MORE}(?: and {_MORE})?)"),
    ("set", rf"{_EN}\s*(?P<colon>:)\s*(?P<text>\S.*)"),
)  # fmt: skip
_PATTERNS = [(how, re.compile(shape, re.IGNORECASE | re.DOTALL)) for how, shape in _SHAPES]
_NUMBERS = {
    **{char: str(n) for n, char in enumerate("一二三四五六七八九十", 1)},
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5",
}  # fmt: skip
_QUOTED = re.compile(r"[\"“「『'](.*)[\"”」』']", re.DOTALL)
# A wish about a text, not the text.
_STYLE = re.compile(
    r"更|一点|一些|点儿?$|风格|语气|口吻|英文|英语|中文|日语|繁体|简体|活泼|正式|口语|简[短洁单]|有吸引力|别的|其他的|"
    r"\b(?:more|less|shorter|longer|livelier|simpler|english|chinese|formal|funny|something|better)\b",
    re.IGNORECASE,
)
_SHORT = 32
_SLASH = re.compile(
    rf"[/／]copy(?:@\w+)?(?:\s+(?P<p>p-?\d{{1,9}}))?(?:\s+(?P<o>{_OBJECT}|\d{{1,2}}))?(?:\s+(?P<text>\S.*))?",
    re.IGNORECASE | re.DOTALL,
)
_NEW = frozenset({"new", "换", "换一版", "换一条", "重写", "another", "again"})
_ORIGINAL = frozenset({"own", "原文", "素材原文", "original"})
_ENDS = " 。.!！~～"


def wish_in(text: str) -> CopyWish | None:
    """None for a message about something else."""
    said = text.strip()
    heard = normalise(said)
    if said[:1] in "/／" and (match := _SLASH.fullmatch(heard)):
        return _slash(match, said)
    for how, pattern in _PATTERNS:
        match = pattern.fullmatch(heard) or (
            pattern.fullmatch(heard.rstrip(_ENDS)) if how != "set" else None
        )
        if match is not None:
            return _wish(how, match, said)
    return None


def _slash(match: re.Match[str], said: str) -> CopyWish:
    ref, which = _ref(match["p"]), (match["o"] or "").upper()
    words = said[slice(*match.span("text"))].strip() if match["text"] else ""
    if not words:
        return CopyWish(how="show", approval=ref)
    if words.casefold() in _NEW:
        return CopyWish(how="renew", approval=ref, which=which)
    if words.casefold() in _ORIGINAL:
        return CopyWish(how="own", approval=ref, which=which)
    return CopyWish(how="set", approval=ref, which=which, words=_unquoted(words))


def _wish(how: Literal["set", "renew", "own"], match: re.Match[str], said: str) -> CopyWish | None:
    found = match.groupdict()
    which = found.get("n") or found.get("m") or found.get("o") or ""
    which, ref = _NUMBERS.get(which, which).upper(), _ref(found.get("p"))
    if which.startswith("P"):
        which, ref = "", _ref(which)
    if how != "set":
        return CopyWish(how=how, approval=ref, which=which)
    words = said[slice(*match.span("text"))].strip()
    given = bool(found.get("colon")) or _QUOTED.fullmatch(words) is not None
    if not given and _length(words) <= _SHORT and _STYLE.search(words):
        return CopyWish(how="renew", approval=ref, which=which, wish=words)
    return CopyWish(how=how, approval=ref, which=which, words=_unquoted(words))


def _length(words: str) -> int:
    """Chinese characters say twice as much."""
    return sum(1 if char.isascii() else 2 for char in words)


def _ref(found: str | None) -> str:
    return f"P-{int(found.lower().removeprefix('p').removeprefix('-'))}" if found else ""


def _unquoted(words: str) -> str:
    match = _QUOTED.fullmatch(words)
    return match[1].strip() if match and match[1].strip() else words
