"""What an A/B test shows: pure functions of counts, for one look, for planned looks and for any.

A trial is an impression, and either converts or does not. Rates are shares (0.02 is 2 %).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.05
MIN_CONVERSIONS = 100
# A fair split fails this once in a hundred tests.
SAMPLE_RATIO_ALPHA = 0.01
_NODES = 200


@dataclass(frozen=True, slots=True)
class Variant:
    """0 <= conversions <= trials."""

    name: str
    conversions: int
    trials: int

    @property
    def rate(self) -> float:
        return self.conversions / self.trials if self.trials else 0.0


class ChiSquare(NamedTuple):
    """`dof` are the degrees of freedom."""

    statistic: float
    p_value: float
    dof: int


class ZTest(NamedTuple):
    """Negative when the first variant converts less; two-sided."""

    statistic: float
    p_value: float


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two variants by name; `p_value` is corrected for the number of pairs."""

    first: str
    second: str
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """What a test needs: trials of each variant, and days."""

    trials: int
    days: int


def chi_square(variants: Sequence[Variant]) -> ChiSquare:
    """Pearson's test of [conversions, trials - conversions] per variant, without Yates' correction.
    Variants without trials do not count; all are equal when none converted, or everything did."""
    # scipy takes a second to import, and most processes never need it.
    from scipy.stats import chi2_contingency

    table = [(each.conversions, each.trials - each.conversions) for each in variants if each.trials]
    if len(table) < 2 or not all(map(any, zip(*table, strict=True))):
        return ChiSquare(0.0, 1.0, max(len(table) - 1, 0))
    found = chi2_contingency(table, correction=False)
    return ChiSquare(float(found.statistic), float(found.pvalue), int(found.dof))


def two_proportion_z(a: Variant, b: Variant) -> ZTest:
    """The difference of two rates over its error under one pooled rate."""
    trials = a.trials + b.trials
    pooled = (a.conversions + b.conversions) / trials if trials else 0.0
    if not a.trials or not b.trials or pooled in (0.0, 1.0):
        return ZTest(0.0, 1.0)
    error = math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials))
    z = (a.rate - b.rate) / error
    return ZTest(z, math.erfc(abs(z) / math.sqrt(2)))


def pairs(variants: Sequence[Variant]) -> list[Pair]:
    """Every two variants compared, with p-values corrected by Holm's step-down method."""
    names = list(combinations(variants, 2))
    corrected = holm([chi_square(pair).p_value for pair in names])
    return [
        Pair(first=a.name, second=b.name, p_value=p)
        for (a, b), p in zip(names, corrected, strict=True)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """Corrected p-values, in the order given: none is smaller than one that ranks before it."""
    adjusted = [1.0] * len(p_values)
    reached = 0.0
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for rank, index in enumerate(order):
        reached = max(reached, (len(p_values) - rank) * p_values[index])
        adjusted[index] = min(reached, 1.0)
    return adjusted


def wilson_interval(conversions: int, trials: int, confidence: float = 0.95) -> Interval:
    """The interval of a rate (Wilson 1927); (0, 1) without trials."""
    if not trials:
        return Interval(0.0, 1.0)
    z = _quantile(0.5 + confidence / 2)
    rate, spread = conversions / trials, z * z / trials
    middle = (rate + spread / 2) / (1 + spread)
    half = z * math.sqrt(rate * (1 - rate) / trials + spread / (4 * trials)) / (1 + spread)
    # At the ends the exact bound is the end; floats would leave a speck of it.
    low = 0.0 if conversions == 0 else max(0.0, middle - half)
    high = 1.0 if conversions == trials else min(1.0, middle + half)
    return Interval(low, high)


def sequential_interval(
    a: Variant, b: Variant, alpha: float = ALPHA, planned: int = 5_000
) -> Interval:
    """By how much more `b` converts than `a` (0.1 is a tenth more), at whatever time one looks: an
    asymptotic confidence sequence, narrowest at `planned` trials of both together (Waudby-Smith et
    al., "Time-uniform central limit theory and asymptotic confidence sequences", eq. 9; the error
    of the ratio by the delta method). Without bounds while either rate is 0 or unknown."""
    if not a.conversions or not b.conversions:
        return Interval(-math.inf, math.inf)
    lift = (b.rate - a.rate) / a.rate
    variance = b.rate * (1 - b.rate) / (b.trials * a.rate**2)
    variance += a.rate * (1 - a.rate) * b.rate**2 / (a.trials * a.rate**4)
    trials = a.trials + b.trials
    steep = -2 * math.log(alpha)
    rho2 = (steep + math.log(steep + 1)) / planned
    grown = trials * rho2 + 1
    # log(sqrt(grown) / alpha), which a tiny alpha would not overflow.
    width = 2 * grown * (math.log(grown) / 2 - math.log(alpha)) / (trials**2 * rho2)
    half = math.sqrt(variance * trials * width)
    return Interval(lift - half, lift + half)


@lru_cache(maxsize=64)
def obrien_fleming_bound(looks: int, alpha: float = ALPHA) -> float:
    """The constant c of O'Brien and Fleming (1979) for equally spaced looks: at look k of `looks` a
    difference counts when |z| >= c * sqrt(looks / k). Found by the recursion of Armitage, McPherson
    and Rowe (1969); raises ValueError for fewer than one look."""
    from scipy.optimize import brentq

    if looks < 1:
        raise ValueError("an experiment is looked at once at least")
    return float(brentq(lambda bound: _crossed(bound, looks) - alpha, 0.1, 10.0))


def sample_ratio_p(trials: Sequence[int], weights: Sequence[float]) -> float:
    """How likely trials that are meant to be split by `weights` are split so unevenly; 1 when there
    is nothing to compare."""
    from scipy.stats import chisquare

    whole, shares = sum(trials), sum(weights)
    if not whole or any(weight <= 0 for weight in weights):
        return 1.0
    expected = [whole * weight / shares for weight in weights]
    return float(chisquare(list(trials), expected).pvalue)


def trials_needed(rate: float, lift: float, *, alpha: float = ALPHA, power: float = 0.8) -> int:
    """Trials of each variant that find `lift` (0.1: a tenth more) on `rate` with this power, two-sided
    (Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions", 4.14). Raises
    ValueError when there is nothing to find or no such rate."""
    better = rate * (1 + lift)
    if not (0 < rate < 1 and 0 < better < 1 and lift):
        raise ValueError("rates lie between 0 and 1, and differ")
    middle = (rate + better) / 2
    apart = _quantile(1 - alpha / 2) * math.sqrt(2 * middle * (1 - middle))
    apart += _quantile(power) * math.sqrt(rate * (1 - rate) + better * (1 - better))
    return math.ceil((apart / (better - rate)) ** 2)


def duration(rate: float, lift: float, trials_a_day: float, *, variants: int = 2) -> Duration:
    """How long a test runs that is to find `lift`, with so many trials a day of all variants. Raises
    ValueError, also when there are no trials."""
    if trials_a_day <= 0:
        raise ValueError("nothing is shown")
    # Each is compared with each other, and the strictest of Holm's levels is the one to meet.
    compared = variants * (variants - 1) // 2
    needed = trials_needed(rate, lift, alpha=ALPHA / compared)
    return Duration(trials=needed, days=math.ceil(needed * variants / trials_a_day))


def _crossed(bound: float, looks: int) -> float:
    """The chance that a random walk of that many standard normal steps leaves ±bound * sqrt(looks)."""
    edge = bound * math.sqrt(looks)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    at, weight = nodes * edge, weights * edge
    inside = _density(at)
    step = _density(at[:, None] - at[None, :]) * weight[None, :]
    for _ in range(looks - 1):
        inside = step @ inside
    return 1 - float(inside @ weight)


def _density(at: NDArray[np.float64]) -> NDArray[np.float64]:
    density: NDArray[np.float64] = np.exp(-at * at / 2) / math.sqrt(2 * math.pi)
    return density


def _quantile(probability: float) -> float:
    """Of the standard normal distribution."""
    return NormalDist().inv_cdf(probability)
