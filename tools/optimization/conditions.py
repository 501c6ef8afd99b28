"""When a condition holds, and what a budget becomes: pure functions over exact decimals."""

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from math import ceil

from tools.campaigns.service import CENT, Figures, to_cents
from tools.conditions import Comparison, Condition, Figure, Goal, figures

MOST_PER_STEP = Decimal(50)
DEFAULT_STEP = Decimal(20)
_HUNDRED = Decimal(100)
_FINE = Decimal("0.0001")

# A CTR is measured in percent, as people say it.
_MEASURES: Mapping[str, Callable[[Figures], Decimal | None]] = {
    "cpa": lambda figures: figures.cpa,
    "roas": lambda figures: figures.roas,
    "spend": lambda figures: figures.spend,
    "revenue": lambda figures: figures.revenue,
    "conversions": lambda figures: Decimal(figures.conversions),
    "ctr": lambda figures: None if figures.ctr is None else figures.ctr * _HUNDRED,
    "cpc": lambda figures: figures.spend / figures.clicks if figures.clicks else None,
    "impressions": lambda figures: Decimal(figures.impressions),
    "clicks": lambda figures: Decimal(figures.clicks),
}
MONEY = frozenset({"cpa", "spend", "revenue", "cpc"})


def complete_days(time_range: str) -> int:
    """How many complete days a window such as 24h or 7d takes in, beside today so far: platforms
    report by day, and this covers at least the hours that were asked for."""
    length = int(time_range[:-1])
    return max(length if time_range.endswith("d") else ceil(length / 24), 1)


def measure(metric: str, figures: Figures) -> Decimal | None:
    """The exact value; None when it has no denominator."""
    return _MEASURES[metric](figures)


def holds(metric: str, operator: str, measured: Decimal, value: Decimal) -> bool:
    """Above and below are exact; equal means equal as shown: to the cent, or to 4 decimals."""
    if operator == "greater_than":
        return measured > value
    if operator == "less_than":
        return measured < value
    if operator == "at_least":
        return measured >= value
    if operator == "at_most":
        return measured <= value
    step = CENT if metric in MONEY else _FINE
    return measured.quantize(step) == value.quantize(step)


Measured = Callable[[Figure | Goal], Decimal | None]


def evaluate(condition: Condition, measured: Measured) -> bool | None:
    """Whether it holds; None when that hangs on a figure that nobody knows."""
    if isinstance(condition, Comparison):
        return _compare(condition, measured)
    found = [evaluate(part, measured) for part in condition.parts]
    decisive = condition.any
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _compare(condition: Comparison, measured: Measured) -> bool | None:
    left = measured(condition.left)
    right = Decimal(1) if condition.right is None else measured(condition.right)
    if left is None or right is None:
        return None
    return holds(condition.left.metric, condition.operator, left, condition.value * right)


def horizon(condition: Condition) -> int:
    """How many complete days its longest window takes in."""
    return max(complete_days(_window(figure)) for figure in figures(condition))


def _window(figure: Figure) -> str:
    assert figure.window is not None, "a rule's condition has all its windows"
    return figure.window


def lowered(budget: Decimal, percent: Decimal, minimum: Decimal) -> Decimal:
    """To the cent, never below the platform's minimum."""
    return max(to_cents(budget * (_HUNDRED - percent) / _HUNDRED), minimum)


def raised(budget: Decimal, percent: Decimal) -> Decimal:
    """To the cent, never more than `percent` more."""
    return (budget * (_HUNDRED + percent) / _HUNDRED).quantize(CENT, rounding=ROUND_DOWN)
