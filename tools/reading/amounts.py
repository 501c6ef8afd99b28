"""Money, changes, percentages and other amounts, each by what the words around it say."""

import re
from decimal import Decimal

from tools.reading.ages import ages
from tools.reading.base import Reading
from tools.reading.normal import normalise
from tools.reading.numbers import Number, numbers
from tools.reading.shapes import Span, inside
from tools.reading.tables import table

_TABLE = table("amounts")
_UP = re.compile(_TABLE["directions"]["up"])
_DOWN = re.compile(_TABLE["directions"]["down"])
_REACHES = re.compile(_TABLE["reaches"])
_WAS = re.compile(_TABLE["was"])
_REMAINS = re.compile(_TABLE["remains"])
_FIXED = [(Decimal(change), re.compile(words)) for change, words in _TABLE["fixed_changes"].items()]
# "three newest leads" gives no score: without its word a number is none of these.
_ALWAYS_MARKED = ("min_score", "target_roas", "target_cpa")
_COMPARED = ("value", "min_score", "target_cpa", "target_roas")
_BEFORE = {
    argument: re.compile(f"{words}|{_TABLE['comparisons']}" if argument in _COMPARED else words)
    for argument, words in _TABLE["before"].items()
}
_NONE_AT_ALL = re.compile(_TABLE["none_at_all"])
_AFTER = {argument: re.compile(words) for argument, words in _TABLE["after"].items()}
_CLAUSE = re.compile(r"[,，。;；!！?？\n]")
_ONLY_A_NUMBER = re.compile(r"[\s约大概就要改成到先about~]*$")
_AMOUNTS = ("plain", "currency")
# "少于 3 个" compares, where "3 个" elsewhere says how many rows.
_UNITS = {
    "action_value": ("percent", "plain"),
    "value": (*_AMOUNTS, "percent", "fold", "count"),
}
_SHARES = ("percent", "fold", "discount")


def money(text: str, argument: str) -> list[Reading]:
    """Sums; amounts with a currency win over bare ones. Steps ("加200") and old values ("从500")
    are no sums."""
    plain = normalise(text)
    groups = [(reading.start, reading.end) for reading in ages(text)]
    sums = [
        number
        for number in numbers(text)
        if number.unit in _AMOUNTS
        and not inside((number.start, number.end), groups)
        and not _WAS.search(plain, 0, number.start)
        and not _is_step(plain, number)
    ]
    sums = _meant_for(argument, plain, sums)
    with_currency = [number for number in sums if number.unit == "currency"]
    return [_reading(number.value, number) for number in with_currency or sums]


def money_changes(text: str) -> list[Reading]:
    """Signed steps: 加200 is 200, 少花 50 块 is −50."""
    plain = normalise(text)
    found: list[Reading] = []
    for number in numbers(text):
        sign = _sign(plain, number) if number.unit in _AMOUNTS else 0
        if sign and not _reached(plain, number) and not _WAS.search(plain, 0, number.start):
            found.append(_reading(sign * number.value, number))
    return found


def percent_changes(text: str) -> list[Reading]:
    """Signed per cent: 降三成 and 打七折 and 降到七成 are all −30, 翻倍 is 100."""
    plain = normalise(text)
    found = [
        Reading(value=change, start=match.start(), end=match.end())
        for change, words in _FIXED
        for match in words.finditer(plain)
    ]
    spans: list[Span] = [(reading.start, reading.end) for reading in found]
    for number in numbers(text):
        if number.unit in _SHARES and not inside((number.start, number.end), spans):
            found += _share(plain, number)
    return sorted(found, key=lambda reading: reading.start)


def plain_numbers(text: str, argument: str) -> list[Reading]:
    """Numbers for `argument`: what its words stand before; a share keeps its figure."""
    plain = normalise(text)
    units = _UNITS.get(argument, (*_AMOUNTS, "percent", "fold"))
    kept = _meant_for(argument, plain, [n for n in numbers(text) if n.unit in units])
    if argument == "action_value":
        kept = [number for number in kept if number.unit == "percent"] or kept
    none = _NONE_AT_ALL.search(plain) if argument == "value" and not kept else None
    if none:
        return [Reading(value=Decimal(0), start=none.start(), end=none.end())]
    return [_reading(number.value, number) for number in kept]


def says_direction(text: str) -> bool:
    """Whether the text says by itself if something goes up or down."""
    plain = normalise(text)
    if any(words.search(plain) for _, words in _FIXED):
        return True
    return any(
        number.unit == "discount"
        or _sign(plain, number) != 0
        or (number.unit in _SHARES and _REMAINS.search(plain, 0, number.start) is not None)
        for number in numbers(text)
    )


def _share(plain: str, number: Number) -> list[Reading]:
    """The signed per cent of one share; nothing when nothing says which way."""
    if number.unit == "discount":
        return [_reading(number.value * 10 - 100, number)]
    share = number.value * 100 if number.unit == "fold" else number.value
    remains = _REMAINS.search(plain, 0, number.start)
    if remains:
        return [Reading(value=share - 100, start=remains.start(), end=number.end)]
    sign = _sign(plain, number)
    if sign:
        return [_reading(sign * share, number)]
    if not _is_whole(plain, number):
        return []
    return [_reading(share - 100 if number.unit == "fold" else share, number)]


def _sign(plain: str, number: Number) -> int:
    """+1 or −1 from a sign or the nearest direction word, 0 when the clause has none."""
    start, end = _clause(plain, number)
    signed = re.search(r"(?<![a-z0-9%])([+-])\s?(?:us\$|\$|¥|￥|€|£)?\s?$", plain[: number.start])
    if signed:
        return 1 if signed[1] == "+" else -1
    up, down = _last(_UP, plain, start, number.start), _last(_DOWN, plain, start, number.start)
    if up == down:
        after = plain[number.end : min(end, number.end + 12)]
        return bool(_UP.search(after)) - bool(_DOWN.search(after))
    return 1 if up > down else -1


def _is_step(plain: str, number: Number) -> bool:
    return _sign(plain, number) != 0 and not _reached(plain, number)


def _reached(plain: str, number: Number) -> bool:
    """Whether the direction word leads to this number ("提高到 800") instead of by it."""
    start, _ = _clause(plain, number)
    direction = max(
        _last(_UP, plain, start, number.start), _last(_DOWN, plain, start, number.start)
    )
    # "加到" ends with the word that reaches.
    return direction >= 0 and _REACHES.search(plain, direction, number.start) is not None


def _last(words: re.Pattern[str], plain: str, start: int, end: int) -> int:
    # Not `finditer(plain, start, end)`: the words look ahead at what follows them.
    found = (match for match in words.finditer(plain, start) if match.end() <= end)
    return max((match.start() for match in found), default=-1)


def _clause(plain: str, number: Number) -> Span:
    starts = [match.end() for match in _CLAUSE.finditer(plain, 0, number.start)]
    after = _CLAUSE.search(plain, number.end)
    return (starts[-1] if starts else 0, after.start() if after else len(plain))


def _meant_for(argument: str, plain: str, found: list[Number]) -> list[Number]:
    """Of the numbers found those for `argument`; when none is marked so, the unmarked ones."""
    owners = [(number, _owners(plain, number)) for number in found]
    own = [number for number, names in owners if argument in names]
    if own or (argument in _ALWAYS_MARKED and not _ONLY_A_NUMBER.fullmatch(_around(plain, found))):
        return own
    return [number for number, names in owners if not names or not argument]


def _around(plain: str, found: list[Number]) -> str:
    """What the text says beside its numbers."""
    for number in reversed(found):
        plain = plain[: number.start] + plain[number.end :]
    return plain


def _owners(plain: str, number: Number) -> set[str]:
    """The arguments whose words stand nearest to the number, empty when no words do."""
    following = {name for name, words in _AFTER.items() if words.match(plain, number.end)}
    if following:
        return following
    start, _ = _clause(plain, number)
    ends = {
        argument: max(
            (match.end() for match in words.finditer(plain, start, number.start)), default=-1
        )
        for argument, words in _BEFORE.items()
    }
    nearest = max(ends.values())
    return {argument for argument, end in ends.items() if end == nearest} if nearest >= 0 else set()


def _is_whole(plain: str, number: Number) -> bool:
    """Whether the message is nothing but this number: an answer."""
    return all(
        _ONLY_A_NUMBER.fullmatch(part) for part in (plain[: number.start], plain[number.end :])
    )


def _reading(value: Decimal, number: Number) -> Reading:
    return Reading(value=value, start=number.start, end=number.end)
