"""What a test can show in the time and for the money that it gets, foreseen from the account's own
past."""

import math
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_UP, Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from config.errors import TransientError, UserFacingError
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.service import CampaignService, Figures, total
from tools.context import ToolContext
from tools.optimization.experiments import ALPHA, MIN_CONVERSIONS, duration, trials_needed

PAST_DAYS = 30
# A larger difference is rare among creatives of one company: a test that finds only such is blunt.
BLUNT = 0.3
# What a test should be able to find.
_WORTH_FINDING = 0.2
_DAY = timedelta(days=1)
_CAMPAIGNS = 20
# Nobody doubles a rate seven times; the search for the smallest difference ends there.
_MOST = 128.0


class Horizon(BaseModel):
    """What is fixed before a test begins: one look at the end of each day, and the trials that all
    variants together are expected to have then (None: nothing is known of the past)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    looks: int
    trials: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """For each variant: trials and conversions in all. `smallest` is the smallest difference of the
    rates that is found with 80 % power (0.2: a fifth); None when none is. `days` are those until
    every variant has 100 conversions at this budget, `budget` the daily one that makes it in time,
    `days_to_find` those that find a difference of a fifth."""

    trials: int
    conversions: float
    smallest: float | None
    days: int
    budget: Decimal
    days_to_find: int

    @property
    def enough(self) -> bool:
        return self.conversions >= MIN_CONVERSIONS

    @property
    def blunt(self) -> bool:
        return self.smallest is None or self.smallest > BLUNT

    def as_json(self) -> dict[str, Any]:
        return {
            "trials": self.trials, "conversions": round(self.conversions, 1),
            "smallest_difference": self.smallest and round(self.smallest, 4),
        }  # fmt: skip


async def past_figures(context: ToolContext, platform: str) -> Figures:
    """Of the newest campaigns on this platform in the last 30 complete days; empty when it does not
    answer."""
    service = CampaignService.of(context)
    rows: list[AdMetrics] = []
    for campaign in (await service.list(platform=platform))[:_CAMPAIGNS]:
        today = service.today(campaign)
        try:
            rows += await service.metrics(campaign, today - PAST_DAYS * _DAY, today - _DAY)
        except (TransientError, UserFacingError):
            return Figures()
    return total(rows)


def forecast(past: Figures, budget: Decimal, days: int, variants: int) -> Forecast | None:
    """Pure; `budget` is a day's for all variants. None when the past knows no conversion."""
    if not (past.spend and past.conversions) or past.conversions >= past.impressions:
        return None
    rate = past.conversions / past.impressions
    a_day = float(budget) / float(past.spend) * past.impressions
    trials = int(a_day * days / variants)
    conversions = trials * rate
    needed = MIN_CONVERSIONS / rate * variants
    enough = Decimal(needed / days / past.impressions) * past.spend
    return Forecast(
        trials=trials,
        conversions=conversions,
        smallest=smallest_difference(rate, trials, variants),
        days=math.ceil(needed / a_day),
        budget=enough.quantize(Decimal(1), rounding=ROUND_UP),
        days_to_find=duration(rate, _WORTH_FINDING, a_day, variants=variants).days,
    )


def smallest_difference(rate: float, trials: int, variants: int = 2) -> float | None:
    """The smallest lift on `rate` that so many trials of each variant find with 80 % power, at the
    level that Holm's correction leaves the strictest of the comparisons; None when none is found."""
    alpha = ALPHA / (variants * (variants - 1) // 2)
    low, high = 0.0, min(_MOST, (1 - rate) / rate * 0.999)
    if trials < trials_needed(rate, high, alpha=alpha):
        return None
    while high - low > 1e-4:
        middle = (low + high) / 2
        if trials >= trials_needed(rate, middle, alpha=alpha):
            high = middle
        else:
            low = middle
    return high
