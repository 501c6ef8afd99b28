"""One ad set on one day: what was spent, and what has been reported of it so far.

The chances of a day are drawn once from its seed, so that figures only grow while the day goes
on and reports come in, and two budgets can be compared under the same luck.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.campaigns.platforms.sandbox.schedule import Schedule
from tools.campaigns.platforms.sandbox.truth import LARGEST_REST, AdSetTruth, seeded

LAG_DAYS = 3.0
_DAILY_NOISE = 0.12

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class AdFigures(NamedTuple):
    """Money in minor units."""

    spend: int
    revenue: int
    impressions: int
    clicks: int
    conversions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pace:
    """Money spent up to each moment of the day (`moments` are shares of it)."""

    moments: list[float]
    money: list[float]

    @property
    def spend(self) -> float:
        return self.money[-1]


def day_figures(
    truth: AdSetTruth, day: date, schedule: Schedule, elapsed: float
) -> list[AdFigures]:
    """The figures of each ad, `elapsed` days after the day began."""
    chance = np.random.default_rng(seeded(truth.seed, day.toordinal()))
    pace = _pace(truth, schedule, delivered=1 - LARGEST_REST * chance.random())
    luck = math.exp(_DAILY_NOISE * chance.standard_normal() - _DAILY_NOISE**2 / 2)
    noise = chance.standard_normal((2, len(truth.ads)))
    happened, reported, revenue = _conversions(
        truth, truth.level(day) * luck, pace, elapsed, chance
    )
    shares = np.array([ad.share for ad in truth.ads])
    quality = np.array([ad.quality for ad in truth.ads])
    wear = _efficiency(pace.spend, truth.scale) ** 0.5
    means = pace.spend * shares * quality**0.5 * wear / truth.cpc
    clicks = np.maximum(_counts(means, noise[0]), happened)
    impressions = np.maximum(_counts(means / (truth.ctr * quality**0.5), noise[1]), clicks)
    spend = np.floor(pace.spend * shares * 100 + 1e-6).astype(np.int64)
    columns = (spend, revenue, impressions, clicks, reported)
    return [AdFigures(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def _pace(truth: AdSetTruth, schedule: Schedule, *, delivered: float) -> _Pace:
    moments, money = [0.0], [0.0]
    for stretch in schedule:
        rate = delivered * min(stretch.daily_budget, truth.reach)
        moments += [stretch.start, stretch.end]
        money += [money[-1], money[-1] + rate * (stretch.end - stretch.start)]
    return _Pace(moments=moments, money=money)


def _conversions(
    truth: AdSetTruth, level: float, pace: _Pace, elapsed: float, chance: np.random.Generator
) -> tuple[Counts, Counts, Counts]:
    """Conversions that happened, those reported, and their revenue in minor units, per ad.

    A Poisson process: each arrival is reached when the money spent is enough for it.
    """
    capacity = truth.rate * truth.scale * level
    mean = capacity * -math.expm1(-pace.spend / truth.scale)
    # Row by row, so that more money adds arrivals and leaves the earlier ones as they were.
    rows = chance.random((int(mean + 8 * math.sqrt(mean)) + 16, 4))
    arrivals = np.cumsum(-np.log1p(-rows[:, 0]))
    count = int(np.searchsorted(arrivals, mean))
    _, delay, which, value = rows[:count].T
    needed = -truth.scale * np.log1p(-arrivals[:count] / capacity)
    known = np.interp(needed, pace.money, pace.moments) + LAG_DAYS * delay**2.2 <= elapsed
    weights = np.array([ad.share * ad.quality for ad in truth.ads])
    ads = np.searchsorted(np.cumsum(weights / weights.sum())[:-1], which, side="right")
    cents = np.rint(100 * truth.worth * (0.6 + 0.8 * value))
    size = len(truth.ads)
    return (
        np.bincount(ads, minlength=size),
        np.bincount(ads[known], minlength=size),
        np.bincount(ads[known], weights=cents[known], minlength=size).astype(np.int64),
    )


def _efficiency(spend: float, scale: float) -> float:
    """What the average money of a day brings against its first money, in (0, 1]."""
    return -math.expm1(-spend / scale) * scale / spend if spend else 1.0


def _counts(means: Floats, noise: Floats) -> Counts:
    return np.maximum(np.floor(means + np.sqrt(means) * noise), 0).astype(np.int64)
