"""How the market really responds: what no platform tells, and what an allocator has to guess.

An ad set is as good as its targeting and its creatives are for the campaign's product, so that
equal ad sets perform equally (an A/B test measures creatives, not luck). All of it follows from
the seed. Money is in CNY.
"""

import hashlib
import math
from dataclasses import dataclass, field
from datetime import date

from storage.tables.sandbox import SandboxAdSet, SandboxCampaign
from tools.campaigns.platforms.base import OptimizationGoal

# The share of a budget that stays unspent on a day is anything from 0 to this.
LARGEST_REST = 0.05
# Monday to Sunday; the mean is 1.
_WEEK = (0.94, 0.95, 0.97, 1.0, 1.03, 1.08, 1.03)
# What bidding for something else than value does to clicks per impression, conversions per
# click, and the worth of a conversion.
_GOALS = {
    OptimizationGoal.value: (1.0, 1.0, 1.0),
    OptimizationGoal.conversions: (1.0, 1.12, 0.88),
    OptimizationGoal.clicks: (1.7, 0.4, 1.0),
}


def seeded(*parts: object) -> int:
    """A 64-bit number that follows from `parts` alone, the same in every process."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def between(low: float, high: float, *parts: object) -> float:
    """A number in [low, high), uniform over all `parts`."""
    return low + (high - low) * (seeded(*parts) / 2**64)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdTruth:
    """`share` of the ad set's spend, and `quality`: clicks and conversions against the usual."""

    share: float
    quality: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AdSetTruth:
    """The response of one ad set: conversions = capacity * (1 - exp(-spend / scale)).

    `cpc`, `cvr` and `ctr` are those of the day's first money; `scale` is the daily spend at which
    it wears out, `reach` what the audience takes in on a day at most, `worth` the mean value of a
    conversion.
    """

    cpc: float
    cvr: float
    ctr: float
    worth: float
    scale: float
    reach: float
    ads: tuple[AdTruth, ...]
    seed: int
    _waves: tuple[tuple[float, float, float], ...] = field(init=False)

    def __post_init__(self) -> None:
        waves = tuple(
            (height, between(40, 95, self.seed, "period", n), between(0, 6.3, self.seed, "at", n))
            for n, height in enumerate((0.12, 0.07))
        )
        object.__setattr__(self, "_waves", waves)

    @property
    def rate(self) -> float:
        """Conversions per unit of money, at the day's first money."""
        return self.cvr / self.cpc * sum(ad.share * ad.quality for ad in self.ads)

    def level(self, day: date) -> float:
        """The day's factor on conversions: the weekday and a slow drift."""
        number = day.toordinal()
        drift = sum(
            height * math.sin(2 * math.pi * number / period + start)
            for height, period, start in self._waves
        )
        return _WEEK[day.weekday()] * math.exp(drift)

    def spend(self, daily_budget: float) -> float:
        """The mean that a full day's budget really spends."""
        return min(daily_budget, self.reach) * (1 - LARGEST_REST / 2)

    def conversions(self, spend: float, day: date) -> float:
        """The mean number of conversions that a day's spend brings in the end."""
        return self.level(day) * self.rate * self.scale * -math.expm1(-spend / self.scale)

    def revenue(self, spend: float, day: date) -> float:
        """The mean revenue of a day's spend."""
        return self.worth * self.conversions(spend, day)


def truth_of(seed: int, campaign: SandboxCampaign, ad_set: SandboxAdSet) -> AdSetTruth:
    """The truth about an ad set, from the seed, the organisation and the campaign's key."""
    world = (seed, campaign.organisation_id)
    product = (*world, campaign.key)
    fit = _fit(product, ad_set)
    clicks, conversions, value = _GOALS[OptimizationGoal(ad_set.goal)]
    worth = between(85, 170, *product, "worth")
    best_return = between(2.7, 4.3, *product, "return")
    cvr = between(0.028, 0.040, *product, "cvr")
    size = (ad_set.age_max - ad_set.age_min + 1) / 18 * len(ad_set.countries) ** 0.7
    audience = (*product, ad_set.age_min, ad_set.age_max, *ad_set.countries)
    scale = size * between(180, 480, *audience, "scale")
    return AdSetTruth(
        cpc=worth * cvr / best_return * math.exp(-fit / 2) / clicks,
        cvr=cvr * math.exp(fit / 2) * conversions,
        ctr=between(0.010, 0.018, *audience, "ctr") * clicks,
        worth=worth * value,
        scale=scale,
        reach=scale * between(4, 8, *audience, "reach"),
        ads=_ads(world, ad_set),
        seed=seeded(*product, ad_set.position),
    )


def _fit(product: tuple[object, ...], ad_set: SandboxAdSet) -> float:
    """Log efficiency of a targeting against the product's best age, at most about 0."""
    best_age = between(20, 62, *product, "age")
    distance = ((ad_set.age_min + ad_set.age_max) / 2 - best_age) / 20
    countries = [between(-0.3, 0.1, *product, country) for country in ad_set.countries]
    return -min(1.2, 0.7 * distance**2) + sum(countries) / len(countries)


def _ads(world: tuple[object, ...], ad_set: SandboxAdSet) -> tuple[AdTruth, ...]:
    quality = [between(-0.4, 0.3, *world, "creative", ad.creative_id) for ad in ad_set.ads]
    weights = [math.exp(2 * value) for value in quality]
    return tuple(
        AdTruth(share=weight / sum(weights), quality=math.exp(value))
        for weight, value in zip(weights, quality, strict=True)
    )
