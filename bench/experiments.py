"""How often somebody who looks every day for two weeks calls a winner: where there is none, and where
one variant converts a tenth better. Base rate 2 %, 5,000 trials a variant and day."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tools.optimization.experiments import (
    ALPHA,
    MIN_CONVERSIONS,
    Variant,
    chi_square,
    obrien_fleming_bound,
    sequential_interval,
    two_proportion_z,
)
from tools.optimization.sequential import Count, always_valid_p, e_value

_TRIALS, _LOOKS, _A_DAY, _BASE = 2_000, 14, 5_000, 0.02
_Days = NDArray[np.int64]


def _at(days: _Days, look: int) -> tuple[Variant, Variant]:
    a, b = (int(n) for n in days[:look].sum(axis=0))
    return Variant("A", a, _A_DAY * look), Variant("B", b, _A_DAY * look)


def _every_day(days: _Days, look: int) -> bool:
    return chi_square(_at(days, look)).p_value < ALPHA


def _with_enough(days: _Days, look: int) -> bool:
    enough = min(each.conversions for each in _at(days, look)) >= MIN_CONVERSIONS
    return enough and _every_day(days, look)


def _planned(days: _Days, look: int) -> bool:
    bound = obrien_fleming_bound(_LOOKS) * math.sqrt(_LOOKS / look)
    return abs(two_proportion_z(*_at(days, look)).statistic) >= bound


def _any_time(days: _Days, look: int) -> bool:
    low, high = sequential_interval(*_at(days, look), planned=_A_DAY * _LOOKS)
    return not low <= 0 <= high


def _betting(days: _Days, look: int) -> bool:
    shown = [[Count(_A_DAY, int(n)) for n in day] for day in days[:look]]
    return always_valid_p(e_value(shown)) <= ALPHA


RULES: dict[str, Callable[[_Days, int], bool]] = {
    "chi-square every day": _every_day, "the same from 100 conversions": _with_enough,
    "O'Brien-Fleming": _planned, "interval for any time": _any_time, "betting": _betting,
}  # fmt: skip


def _called(rule: Callable[[_Days, int], bool], lift: float) -> float:
    rng = np.random.default_rng(5)
    rates: Sequence[float] = (_BASE, _BASE * (1 + lift))
    worlds = [rng.binomial(_A_DAY, rates, (_LOOKS, 2)) for _ in range(_TRIALS)]
    return sum(any(rule(days, look) for look in range(1, _LOOKS + 1)) for days in worlds) / _TRIALS


def main() -> None:
    for name, rule in RULES.items():
        print(
            f"{name:>30}: called {_called(rule, 0):.1%} wrongly, {_called(rule, 0.1):.1%} rightly"
        )
