"""What a rule looks for: comparisons of figures, joined by "and" and "or". Pure values, kept as JSON;
`tools/reading/conditions.py` reads them out of people's words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

METRICS = (
    "cpa", "roas", "spend", "revenue", "conversions", "ctr", "cpc", "impressions", "clicks",
)  # fmt: skip
OPERATORS = ("greater_than", "less_than", "equals", "at_least", "at_most")
# More of either is no rule that somebody could check by reading it.
MOST_COMPARISONS, MOST_LEVELS = 10, 4
_SIGNS = {
    "greater_than": ">", "less_than": "<", "equals": "=", "at_least": ">=", "at_most": "<=",
}  # fmt: skip


class Goal(StrEnum):
    """What a figure may be held against: the targets of its campaign, or the ad set's budget."""

    cpa = "target_cpa"
    roas = "target_roas"
    budget = "daily_budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A metric over a window such as 24h or 7d; without one over that of its rule."""

    metric: str
    window: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`left` against `value`, or against `value` times `right`. A CTR's value is in percent."""

    left: Figure
    operator: str
    value: Decimal
    right: Figure | Goal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All of its parts, or any of them; never one part alone, never a group of its own kind."""

    any: bool
    parts: tuple["Condition", ...]


Condition = Comparison | Group


def joined(parts: Sequence[Condition], *, any: bool) -> Condition:
    """The parts as one condition, flat where they can be."""
    flat = [
        inner
        for part in parts
        for inner in (part.parts if isinstance(part, Group) and part.any is any else (part,))
    ]
    return flat[0] if len(flat) == 1 else Group(any=any, parts=tuple(flat))


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """In the order written."""
    if isinstance(condition, Comparison):
        yield condition
        return
    for part in condition.parts:
        yield from comparisons(part)


def figures(condition: Condition) -> Iterator[Figure]:
    """Every figure that has to be measured, each once, in the order written."""
    sides = (side for each in comparisons(condition) for side in (each.left, each.right))
    yield from dict.fromkeys(side for side in sides if isinstance(side, Figure))


def goals(condition: Condition) -> set[Goal]:
    return {each.right for each in comparisons(condition) if isinstance(each.right, Goal)}


def levels(condition: Condition) -> int:
    """1 for a comparison, one more for each group around it."""
    if isinstance(condition, Comparison):
        return 1
    return 1 + max(map(levels, condition.parts))


def is_simple(condition: Condition) -> bool:
    """One figure against a number."""
    return isinstance(condition, Comparison) and condition.right is None


def over(condition: Condition, window: str) -> Condition:
    """With `window` wherever none was said."""
    if isinstance(condition, Group):
        return replace(condition, parts=tuple(over(part, window) for part in condition.parts))
    right = condition.right
    return replace(
        condition, left=_over(condition.left, window),
        right=_over(right, window) if isinstance(right, Figure) else right,
    )  # fmt: skip


def with_goal(condition: Condition, goal: Goal, amount: Decimal) -> Condition:
    """With an amount in place of a goal: `1.5 * target_cpa` becomes 90 for 60."""
    if isinstance(condition, Group):
        parts = tuple(with_goal(part, goal, amount) for part in condition.parts)
        return replace(condition, parts=parts)
    if condition.right is not goal:
        return condition
    return replace(condition, value=condition.value * amount, right=None)


def as_text(condition: Condition) -> str:
    """In one spelling for every language: `cpa of 3d > 1.5 * target_cpa and spend of 3d >= 100`."""
    if isinstance(condition, Comparison):
        return f"{_side(condition.left)} {_SIGNS[condition.operator]} {_value(condition)}"
    parts = [
        f"({as_text(part)})" if isinstance(part, Group) and part.any else as_text(part)
        for part in condition.parts
    ]
    return (" or " if condition.any else " and ").join(parts)


def as_json(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Group):
        return {"any" if condition.any else "all": [as_json(part) for part in condition.parts]}
    found = _figure_json(condition.left) | {
        "operator": condition.operator, "value": plain(condition.value),
    }  # fmt: skip
    if isinstance(condition.right, Goal):
        found["goal"] = condition.right.value
    elif condition.right is not None:
        found["against"] = _figure_json(condition.right)
    return found


def from_json(stored: dict[str, Any]) -> Condition:
    for name in ("all", "any"):
        if name in stored:
            return joined([from_json(part) for part in stored[name]], any=name == "any")
    right: Figure | Goal | None = None
    if "goal" in stored:
        right = Goal(stored["goal"])
    elif "against" in stored:
        right = _figure(stored["against"])
    return Comparison(
        left=_figure(stored), operator=stored["operator"], value=Decimal(stored["value"]),
        right=right,
    )  # fmt: skip


def plain(value: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    return f"{value.normalize():f}"


def _over(figure: Figure, window: str) -> Figure:
    return figure if figure.window else replace(figure, window=window)


def _side(figure: Figure) -> str:
    return f"{figure.metric} of {figure.window}" if figure.window else figure.metric


def _value(condition: Comparison) -> str:
    value = plain(condition.value)
    if condition.right is None:
        return value
    right = condition.right
    side = right.value if isinstance(right, Goal) else _side(right)
    return side if condition.value == 1 else f"{value} * {side}"


def _figure(stored: dict[str, Any]) -> Figure:
    return Figure(metric=stored["metric"], window=stored.get("window"))


def _figure_json(figure: Figure) -> dict[str, Any]:
    return {"metric": figure.metric} | ({"window": figure.window} if figure.window else {})
