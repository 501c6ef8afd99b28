"""What an A/B test may conclude once it has enough conversions (fixed horizon, α = 0.05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

ALPHA = 0.05
MIN_CONVERSIONS = 100
# A fair split fails this once in a thousand tests.
SRM_ALPHA = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One variant: `trials` are its impressions, `money` what it spent."""

    trials: int
    conversions: int
    money: float


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two variants, by position; `p_value` is corrected for the number of pairs (Holm)."""

    first: int
    second: int
    p_value: float


def chi_square(arms: Sequence[Arm]) -> tuple[float, float]:
    """Statistic and p-value of [conversions, trials - conversions] per arm, without Yates.

    1 as p-value when every arm converted nothing, or everything: they are equal then.
    """
    # scipy takes a second to import, and most processes never need it.
    from scipy.stats import chi2_contingency

    table = [(arm.conversions, arm.trials - arm.conversions) for arm in arms]
    if not all(map(any, zip(*table, strict=True))):
        return 0.0, 1.0
    found = chi2_contingency(table, correction=False)
    return float(found.statistic), float(found.pvalue)


def pairs(arms: Sequence[Arm]) -> list[Pair]:
    """Every two variants compared, with p-values corrected by Holm's step-down method."""
    names = list(combinations(range(len(arms)), 2))
    raw = [chi_square([arms[a], arms[b]])[1] for a, b in names]
    corrected = holm(raw)
    return [Pair(first=a, second=b, p_value=p) for (a, b), p in zip(names, corrected, strict=True)]


def holm(p_values: Sequence[float]) -> list[float]:
    """Corrected p-values, in the order given: none is smaller than one that ranks before it."""
    adjusted = [1.0] * len(p_values)
    reached = 0.0
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for rank, index in enumerate(order):
        reached = max(reached, (len(p_values) - rank) * p_values[index])
        adjusted[index] = min(reached, 1.0)
    return adjusted


def wilson(conversions: int, trials: int) -> Interval:
    """The 95 % interval of a rate; (0, 1) without trials."""
    from scipy.stats import binomtest

    if not trials:
        return Interval(0.0, 1.0)
    found = binomtest(conversions, trials).proportion_ci(method="wilson")
    return Interval(float(found.low), float(found.high))


def sample_ratio(arms: Sequence[Arm]) -> float:
    """The p-value that impressions are split as the money was: equal money should buy equal
    audiences, or the variants were not shown to the same people."""
    from scipy.stats import chisquare

    trials, money = sum(arm.trials for arm in arms), sum(arm.money for arm in arms)
    if not trials or any(arm.money <= 0 for arm in arms):
        return 1.0
    expected = [trials * arm.money / money for arm in arms]
    return float(chisquare([arm.trials for arm in arms], expected).pvalue)
