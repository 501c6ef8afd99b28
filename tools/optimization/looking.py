"""How a test stood at the end of each day: pure functions of its figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.tables.campaign import AdSet
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.service import total
from tools.optimization.experiments import (
    ALPHA,
    Interval,
    Variant,
    obrien_fleming_bound,
    sequential_interval,
    two_proportion_z,
)
from tools.optimization.planning import Horizon

# Trials of both together at which the interval is narrowest, when no past says how many there will be.
_USUAL_TRIALS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The end of one day. `counts` are of all days until then, in the order of the ad sets; `lift`
    is by how much more the leader converts than the runner-up (0.1: a tenth), `interval` where that
    lies, at whatever time one looks; None while one of them has no conversion."""

    day: date
    counts: Sequence[Variant]
    lift: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All looks so far, and the pair that they compare (ad sets); `bound` is what |z| has to reach at
    the present look of the planned ones."""

    looks: Sequence[Look]
    planned: int
    leader: str
    runner_up: str
    z: float
    bound: float

    @property
    def look(self) -> int:
        return min(len(self.looks), self.planned)

    @property
    def crossed(self) -> bool:
        return abs(self.z) >= self.bound


def course(
    ad_sets: Sequence[AdSet], rows: Sequence[AdMetrics], horizon: Horizon, today: date
) -> Course | None:
    """Over the complete days; None before the first. With more than two variants, the level is shared
    by all pairs, so that the choice of the pair costs nothing."""
    days = sorted({row.day for row in rows if row.day < today})
    if not days:
        return None
    counts = [_until(ad_sets, rows, day) for day in days]
    ranked = sorted(range(len(ad_sets)), key=lambda at: counts[-1][at].rate, reverse=True)
    first, second = ranked[:2]
    alpha = ALPHA / (len(ad_sets) * (len(ad_sets) - 1) // 2)
    # What is planned is for all variants, and two of them are compared.
    trials = (horizon.trials or _USUAL_TRIALS * len(ad_sets) // 2) * 2 // len(ad_sets)
    looks = [
        _look(day, each, each[second], each[first], alpha, max(trials, 1))
        for day, each in zip(days, counts, strict=True)
    ]
    look = min(len(days), horizon.looks)
    return Course(
        looks=looks, planned=horizon.looks, leader=ad_sets[first].ref,
        runner_up=ad_sets[second].ref,
        z=two_proportion_z(counts[-1][first], counts[-1][second]).statistic,
        bound=obrien_fleming_bound(horizon.looks, alpha) * math.sqrt(horizon.looks / look),
    )  # fmt: skip


def _look(
    day: date, counts: Sequence[Variant], lower: Variant, upper: Variant, alpha: float, trials: int
) -> Look:
    if not lower.conversions or not upper.conversions:
        return Look(day=day, counts=counts, lift=None, interval=None)
    low, high = sequential_interval(lower, upper, alpha, trials)
    # Nothing converts less than never.
    interval = Interval(max(low, -1.0), high)
    return Look(day=day, counts=counts, lift=upper.rate / lower.rate - 1, interval=interval)


def _until(ad_sets: Sequence[AdSet], rows: Sequence[AdMetrics], day: date) -> list[Variant]:
    found = []
    for ad_set in ad_sets:
        figures = total(
            row for row in rows if row.ad_set_id == ad_set.external_id and row.day <= day
        )
        found.append(Variant(ad_set.ref, figures.conversions, figures.impressions))
    return found
