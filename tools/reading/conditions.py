"""Conditions of rules as people write them, in Chinese and English: "CPA 高于 50 且花费大于 200",
"cpa > 1.5 * target_cpa and spend >= 100 over 3d or roas < 0.5"."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tools.arguments import RuleAction
from tools.conditions import Condition, as_text, comparisons, is_simple
from tools.reading.base import Reading
from tools.reading.choices import choices
from tools.reading.condition_grammar import ConditionUnclear, Grammar
from tools.reading.condition_words import Kind, Word, words

ACTIONS: tuple[str, ...] = RuleAction.__origin__.__args__  # type: ignore[attr-defined]
_JOINS: frozenset[Kind] = frozenset({"and", "or", "comma"})
_COMPARES: frozenset[Kind] = frozenset({"operator", "none"})
# The contract's own word for a comparison, where it has none of its own.
_CLOSEST = {"at_least": "greater_than", "at_most": "less_than"}


def condition(text: str) -> Condition:
    """`text` as one condition and nothing else. Raises ConditionUnclear, ConditionTooLong."""
    found = [word for word in words(text) if word.kind != "border"]
    if not found:
        raise ConditionUnclear(text.strip())
    return Grammar(text, found).read()


def conditions(text: str) -> list[Reading]:
    """The condition that a sentence holds, in one spelling (`as_text`); none when it is nothing but
    one figure against a number, which needs no condition. What is visibly more than that and cannot
    be read comes as it was written, so that nobody takes its first part for the whole."""
    said = sentence(text)
    if said is None:
        return []
    start, end, found = said
    if found is None:
        return [Reading(value=text[start:end], start=start, end=end)]
    if is_simple(found):
        return []
    return [Reading(value=as_text(found), start=start, end=end)]


def sentence(text: str) -> tuple[int, int, Condition | None] | None:
    """Where the condition of a sentence stands, and the condition, None when it is more than one
    comparison and cannot be read; nothing when the sentence compares nothing that can be read."""
    all_words = words(text)
    runs = [run for run in _runs(all_words) if any(word.kind in _COMPARES for word in run)]
    if not runs:
        return None
    start, end = runs[0][0].start, runs[-1][-1].end
    if len(runs) > 1 or _goes_on(text, all_words, runs[0]):
        return start, max(end, _until_border(all_words, end)), None
    try:
        return start, end, Grammar(text, runs[0]).read()
    except ConditionUnclear:
        visibly_more = _more_than_one(runs[0])
        return (start, end, None) if visibly_more else None


def first_of(found: Condition) -> Mapping[str, Any]:
    """The arguments of the contract that its first comparison says; `value` is the multiple when it
    is held against another figure. `time_range` is for the figures without a window: the first that
    was said of a figure that is compared, not of what it is held against."""
    first = next(comparisons(found))
    said = {
        "metric": first.left.metric, "value": first.value,
        "operator": _CLOSEST.get(first.operator, first.operator),
    }  # fmt: skip
    windows = (each.left.window for each in comparisons(found))
    window = next((each for each in windows if each), None)
    return said | ({"time_range": window} if window else {})


def says(argument: str, value: Any, quote: str) -> bool:
    """Whether the first comparison of the quoted condition says this value of an argument."""
    said = sentence(quote)
    if said is None or said[2] is None:
        return False
    found = first_of(said[2]).get(argument)
    return found is not None and (
        Decimal(str(value)) == found if isinstance(found, Decimal) else found == value
    )


def _runs(all_words: list[Word]) -> Iterator[list[Word]]:
    """Words in a row that may be parts of a condition, without what joins them to others."""
    run: list[Word] = []
    for word in all_words:
        if word.kind == "border" and run and run[-1].kind in ("and", "or"):
            continue
        if word.kind in ("border", "unknown"):
            yield from _trimmed(run)
            run = []
        else:
            run.append(word)
    yield from _trimmed(run)


def _trimmed(run: list[Word]) -> Iterator[list[Word]]:
    edges = {*_JOINS, "filler"}
    inner = [at for at, word in enumerate(run) if word.kind not in edges]
    if inner:
        yield run[inner[0] : inner[-1] + 1]


def _goes_on(text: str, all_words: list[Word], run: list[Word]) -> bool:
    """Whether "and" or "or" behind the run leads to something that is no order: CPA 高于 50 而且下雨."""
    rest = [word for word in all_words if word.start >= run[-1].end and word.kind != "filler"]
    if len(rest) < 2 or rest[0].kind not in ("and", "or") or rest[1].kind != "unknown":
        return False
    behind = text[rest[1].start : _until_border(all_words, rest[1].start)]
    return not choices(behind, "action", ACTIONS)


def _until_border(all_words: list[Word], start: int) -> int:
    """Where the words from `start` on end."""
    end = start
    for word in all_words:
        if word.start >= start:
            if word.kind in ("border", "comma"):
                break
            end = word.end
    return end


def _more_than_one(run: list[Word]) -> bool:
    compared = sum(word.kind in _COMPARES for word in run)
    held_against = any(word.kind in ("goal", "target", "times") for word in run)
    return compared > 1 or held_against or any(word.kind in ("and", "or") for word in run)
