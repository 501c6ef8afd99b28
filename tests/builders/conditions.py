"""Strategies for conditions: everything that a rule can look for."""

from decimal import Decimal

from hypothesis import strategies as st

from tools.conditions import (
    METRICS,
    MOST_COMPARISONS,
    MOST_LEVELS,
    OPERATORS,
    Comparison,
    Condition,
    Figure,
    Goal,
    comparisons,
    joined,
    levels,
)

_MONEY = ("cpa", "spend", "revenue", "cpc")
WINDOWS = st.sampled_from(["24h", "48h", "1d", "2d", "3d", "7d", "14d"])
_PLAIN = st.decimals(min_value=0, max_value=10**6, places=2)
_MULTIPLE = st.decimals(min_value="0.01", max_value=100, places=2)


@st.composite
def a_comparison(draw: st.DrawFn) -> Comparison:
    metric = draw(st.sampled_from(METRICS))
    left = Figure(metric=metric, window=draw(WINDOWS))
    operator = draw(st.sampled_from(OPERATORS))
    held_against: list[Figure | Goal | None] = [None, Figure(metric=metric, window=draw(WINDOWS))]
    if metric in _MONEY:
        held_against += [Goal.cpa, Goal.budget]
    if metric == "roas":
        held_against.append(Goal.roas)
    right = draw(st.sampled_from(held_against))
    value = draw(_PLAIN if right is None else _MULTIPLE)
    if metric in ("conversions", "impressions", "clicks") and right is None:
        value = Decimal(int(value))
    return Comparison(left=left, operator=operator, value=value, right=right)


def _groups(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.builds(lambda found, any_of: joined(found, any=any_of), several, st.booleans())


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    a_comparison(), _groups, max_leaves=6
).filter(
    lambda found: levels(found) <= MOST_LEVELS and len(list(comparisons(found))) <= MOST_COMPARISONS
)
