"""A verdict that stays valid however often somebody looks.

A betting e-process: on every day we bet, with what the days before taught, on how that day's
conversions divide among the variants. When all variants convert equally well, no bet gains on
average, so the capital E has expectation 1 and ever reaches 1/α with a chance of at most α
(Ville's inequality), at whatever day one looks or stops. The day's split is compared given the
day's impressions, so budgets and traffic may vary; that conversions come without replacement
only makes it safer (Hoeffding 1963, theorem 4).

Sources: Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting",
JRSS-B 86 (2024); Lindon & Malek, "Anytime-valid inference for multinomial count data",
NeurIPS 2022; Turner, Ly & Grünwald, "Generic E-variables for exact sequential k-sample tests",
JSPI 230 (2024).
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Conversions per variant that the first day's bet pretends to have seen at equal rates.
_PRIOR = 10.0
# Beyond this, the exponential leaves what a float can hold.
_FLOAT = 700.0


class Count(NamedTuple):
    """One variant on one day."""

    trials: int
    conversions: int


def e_value(days: Iterable[Sequence[Count]]) -> float:
    """The capital after all days, from 1; each day has one count per variant. Never 0 or more
    than the largest float."""
    log_capital = 0.0
    seen: list[tuple[float, float]] = []
    for day in days:
        seen = seen or [(0.0, 0.0)] * len(day)
        log_capital += _gain(day, seen)
        seen = [
            (trials + count.trials, conversions + count.conversions)
            for (trials, conversions), count in zip(seen, day, strict=True)
        ]
    return math.exp(max(-_FLOAT, min(log_capital, _FLOAT)))


def always_valid_p(e: float) -> float:
    """The p-value that may be read on any day."""
    return min(1.0, 1.0 / e)


def _gain(day: Sequence[Count], seen: Sequence[tuple[float, float]]) -> float:
    """The logarithm of what the day's bet returns."""
    rates = _rates(seen)
    trials = sum(count.trials for count in day)
    bet = sum(count.trials * rate for count, rate in zip(day, rates, strict=True))
    if not trials or not bet:
        return 0.0
    fair = bet / trials
    return sum(
        count.conversions * math.log(rate / fair)
        for count, rate in zip(day, rates, strict=True)
        if count.conversions
    )


def _rates(seen: Sequence[tuple[float, float]]) -> list[float]:
    """Conversion rates learnt so far, drawn towards their common rate while data are few."""
    trials, conversions = (sum(column) for column in zip(*seen, strict=True))
    if not trials or not conversions:
        return [1.0] * len(seen)
    common = conversions / trials
    return [
        (mine + _PRIOR) / (tried + _PRIOR / common)
        for tried, mine in seen
    ]  # fmt: skip
