"""Names of people: owners of leads, and leads themselves."""

import re
from collections.abc import Iterable, Iterator

from tools.reading.base import Reading
from tools.reading.normal import normalise
from tools.reading.shapes import EMAIL, URL, Span, inside
from tools.reading.tables import table

_TABLE = table("names")
_FAMILY = rf"(?:{'|'.join(_TABLE['double_surnames'])}|[{_TABLE['surnames']}])"
_STOPS = rf"(?:{_TABLE['stops']})"
_GIVEN = rf"(?:(?!{_STOPS})[一-鿿])"
_TITLED = rf"{_FAMILY}{_GIVEN}{{0,2}}?(?:{_TABLE['titles']})"
_CALLED = rf"(?:{_TABLE['called']})(?:{_TABLE['titles']})?"
_SURE_HAN = re.compile(rf"{_TITLED}|{_CALLED}")
_HAN_NAME = re.compile(rf"{_TITLED}|{_CALLED}|{_FAMILY}{_GIVEN}{{1,2}}")
_ANY_HAN = re.compile(rf"{_GIVEN}{{2,3}}(?={_STOPS}|[^一-鿿]|$)")
_BOUNDED = re.compile(rf"(?<![一-鿿]){_FAMILY}{_GIVEN}{{1,2}}(?![一-鿿])")

_WORD = r"[A-Z][a-zA-Z'-]*[a-zA-Z]"
_NOT_GLUED = r"(?![A-Za-z0-9_@])"
_CAPITALISED = re.compile(rf"(?<![A-Za-z0-9_@./-]){_WORD}(?: {_WORD}){{0,2}}{_NOT_GLUED}")
_ANY_LATIN = re.compile(
    r"[A-Za-z][A-Za-z'-]*[A-Za-z](?: [A-Za-z][A-Za-z'-]*[A-Za-z]){0,2}?"
    r"(?=\s*(?:[^A-Za-z\s'-]|$|\b(?:phone|mobile|wechat|email|tel|from|at|with|to|and|for|please|as"
    r"|who|now|today)\b))" + _NOT_GLUED
)
_NO_LATIN = frozenset(word.lower() for word in _TABLE["no_names"])
_NO_HAN: tuple[str, ...] = tuple(_TABLE["no_people"])
_GAP = re.compile(r"\s?[:,]?\s?(?:(?:销售|业务|客服|顾问|同事|运营)(?=[一-鿿]))?")
_MINE = re.compile(_TABLE["mine"])
_AFTER_OWNER = re.compile(_TABLE["owner_after"])
# Who is called something is the lead, not its owner.
_IS_CALLED = re.compile(r"(?:叫做?|名叫|名为|(?<![a-z])(?:called|named))\s?$")
_POOL = re.compile(_TABLE["pool"])
_LOOKS_UP = re.compile(_TABLE["looks_up"])
_AFTER_NAME = re.compile(_TABLE["name_after"])
_OWNER_BEFORE = {sure: re.compile(words) for sure, words in _TABLE["owner_before"].items()}
_NAME_BEFORE = {sure: re.compile(words) for sure, words in _TABLE["name_before"].items()}


def owners(text: str) -> list[Reading]:
    """Whose lead it is or becomes, as said; best first. "我" and "me" are the person who writes, the
    pool is nobody."""
    plain = normalise(text)
    mine = [match.span() for match in _MINE.finditer(plain)]
    marked = list(_behind(_OWNER_BEFORE["sure"], text, plain, anything=True))
    marked += _behind(_OWNER_BEFORE["likely"], text, plain, anything=False)
    marked += [
        span
        for span in _names(text, plain)
        if _AFTER_OWNER.match(plain, span[1]) and not _IS_CALLED.search(plain, 0, span[0])
    ]
    # Who is looked up is the lead.
    alone = [] if _LOOKS_UP.match(plain) else _standing_alone(text, plain)
    pool = [
        match.span("said") if match["said"] else match.span() for match in _POOL.finditer(plain)
    ]
    return _readings(text, [*marked, *mine, *pool, *alone])


def names(text: str) -> list[Reading]:
    """Names a lead may have, best first."""
    plain = normalise(text)
    marked = list(_behind(_NAME_BEFORE["sure"], text, plain, anything=True))
    marked += _behind(_NAME_BEFORE["likely"], text, plain, anything=False)
    followed = [span for span in _names(text, plain) if _AFTER_NAME.match(plain, span[1])]
    return _readings(text, [*marked, *followed, *_standing_alone(text, plain)])


def _behind(cue: re.Pattern[str], text: str, plain: str, *, anything: bool) -> Iterator[Span]:
    """Names that stand right behind a cue."""
    for match in cue.finditer(plain):
        gap = _GAP.match(plain, match.end())
        at = gap.end() if gap else match.end()
        found = _HAN_NAME.match(plain, at) or _CAPITALISED.match(text, at)
        if found is None and anything:
            found = _ANY_HAN.match(plain, at) or _ANY_LATIN.match(text, at)
        if found and _may_be_name(found[0]):
            yield found.span()


def _names(text: str, plain: str) -> Iterator[Span]:
    """Everything shaped like a name, marked or not."""
    for pattern, where in ((_HAN_NAME, plain), (_CAPITALISED, text)):
        for match in pattern.finditer(where):
            if _may_be_name(match[0]):
                yield match.span()


def _standing_alone(text: str, plain: str) -> Iterator[Span]:
    """What is a name by its shape: 小李, 王姐, Kevin Wu, or 张伟 between two pauses."""
    for pattern, where in ((_SURE_HAN, plain), (_BOUNDED, plain), (_CAPITALISED, text)):
        for match in pattern.finditer(where):
            if _may_be_name(match[0]):
                yield match.span()


def _may_be_name(said: str) -> bool:
    if said.isascii():
        # VIP, CRM, SEO.
        if said.isupper():
            return False
        return not any(word.lower() in _NO_LATIN for word in re.split(r"[ ']", said))
    return not said.startswith(_NO_HAN)


def _readings(text: str, spans: Iterable[Span]) -> list[Reading]:
    taken = [match.span() for match in EMAIL.finditer(text)]
    taken += [match.span() for match in URL.finditer(text)]
    found: list[Reading] = []
    for start, end in spans:
        end -= len("'s") if text[start:end].lower().endswith("'s") else 0
        if end - start > 0 and not inside((start, end), taken):
            value = "me" if text[start:end].lower() == "my" else text[start:end]
            found.append(Reading(value=value, start=start, end=end))
            taken.append((start, end))
    return found
