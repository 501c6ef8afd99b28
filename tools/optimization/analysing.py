"""What an A/B test shows by now: figures per variant, the fixed-horizon test, and the verdict
that may be read at any time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from storage.tables.campaign import AdSet
from storage.tables.optimization import Experiment
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.service import CampaignService, Figures, total
from tools.context import ToolContext
from tools.optimization import experiments
from tools.optimization.experiments import (
    ALPHA,
    MIN_CONVERSIONS,
    SAMPLE_RATIO_ALPHA,
    Interval,
    Pair,
    chi_square,
    pairs,
    sample_ratio_p,
    wilson_interval,
)
from tools.optimization.looking import Course, course
from tools.optimization.planning import Horizon
from tools.optimization.sequential import Count, always_valid_p, e_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """`interval` is the conversion rate's, per impression."""

    creative: str
    ad_set: str
    figures: Figures
    interval: Interval

    @property
    def rate(self) -> float:
        shown = self.figures.impressions
        return self.figures.conversions / shown if shown else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """`variants` are ranked by ROAS; `p_value` is None until every variant has 100 conversions;
    `days_left` is the estimate until then, None when nothing converts; `rival` is the best
    variant that the winner is not proven to beat, when there are several. `pairs` are by ad set, for
    more than two variants; `course` is None before the first complete day. `sample_ratio_p` is how
    likely so uneven a split of the audience is by chance."""

    variants: Sequence[Variant]
    p_value: float | None
    winner: Variant | None
    rival: Variant | None
    days_left: int | None
    sequential_p: float
    sample_ratio_p: float
    pairs: Sequence[Pair]
    course: Course | None

    @property
    def skewed(self) -> bool:
        return self.sample_ratio_p < SAMPLE_RATIO_ALPHA

    @property
    def may_stop(self) -> bool:
        """Enough data, and the difference is beyond what a look so early demands."""
        return self.p_value is not None and self.course is not None and self.course.crossed

    def of(self, ad_set: str) -> Variant:
        return next(each for each in self.variants if each.ad_set == ad_set)

    @property
    def fewest(self) -> Variant:
        return min(self.variants, key=lambda each: each.figures.conversions)

    @property
    def best(self) -> Variant:
        """The highest conversion rate."""
        return max(self.variants, key=lambda each: each.rate)

    @property
    def worst(self) -> Variant:
        """The lowest ROAS."""
        return self.variants[-1]

    @property
    def decided_early(self) -> bool:
        return self.sequential_p <= ALPHA

    def as_json(self) -> dict[str, Any]:
        winner = self.winner
        return {
            "enough": self.p_value is not None,
            "min_required": MIN_CONVERSIONS,
            "current_samples": self.fewest.figures.conversions,
            "days_left": self.days_left,
            "results": [
                _as_json(each, rank) for rank, each in enumerate(self.variants, start=1)
            ],
            "p_value": self.p_value,
            "winner": winner and {
                "creative": winner.creative, "confidence": 95, "p_value": self.p_value,
            },
            "always_valid_p_value": self.sequential_p,
            "sample_ratio_mismatch": self.skewed,
            "sample_ratio_p_value": self.sample_ratio_p,
            "pairs": [
                {"ad_sets": [each.first, each.second], "p_value": each.p_value}
                for each in self.pairs
            ],
            "looks": _course_as_json(self.course),
            "may_stop": self.may_stop,
        }  # fmt: skip


async def analyse(context: ToolContext, experiment: Experiment) -> Analysis:
    """Raises what the platform does."""
    service = CampaignService.of(context)
    campaign = await service.get(experiment.campaign)
    first = service.platform(campaign).today(experiment.started_at)
    today = service.today(campaign)
    rows = await service.metrics(campaign, first, today)
    found = course(campaign.ad_sets, rows, horizon(experiment), today)
    return judge(campaign.ad_sets, rows, days=(today - first).days, found=found)


def horizon(experiment: Experiment) -> Horizon:
    """As it was fixed before the test began; tests from before that was kept look once a day."""
    if experiment.planned is not None:
        return Horizon.model_validate(experiment.planned)
    return Horizon(looks=max((experiment.ends_at - experiment.started_at).days, 1))


def judge(
    ad_sets: Sequence[AdSet],
    rows: Sequence[AdMetrics],
    *,
    days: int,
    found: Course | None = None,
) -> Analysis:
    """Pure: `rows` are all figures of the test, `days` the complete days it has run, `found` how it
    stood at their ends."""
    variants = [_variant(row, rows) for row in ad_sets]
    counts = [
        experiments.Variant(each.ad_set, each.figures.conversions, each.figures.impressions)
        for each in variants
    ]
    fewest = min(each.conversions for each in counts)
    p_value = chi_square(counts).p_value if fewest >= MIN_CONVERSIONS else None
    best = max(range(len(variants)), key=lambda index: variants[index].rate)
    significant = p_value is not None and p_value < ALPHA
    rival = _rival(variants, counts, variants[best]) if significant else None
    return Analysis(
        variants=sorted(variants, key=lambda each: each.figures.roas or Decimal(0), reverse=True),
        p_value=p_value,
        winner=variants[best] if significant else None,
        rival=rival,
        days_left=_days_left(fewest, days),
        sequential_p=always_valid_p(e_value(_by_day(ad_sets, rows))),
        # Equal money should buy equal audiences, or the variants were not shown to the same people.
        sample_ratio_p=sample_ratio_p(
            [each.trials for each in counts], [float(each.figures.spend) for each in variants]
        ),
        pairs=pairs(counts) if len(counts) > 2 else [],
        course=found,
    )


def _variant(ad_set: AdSet, rows: Sequence[AdMetrics]) -> Variant:
    figures = total(row for row in rows if row.ad_set_id == ad_set.external_id)
    return Variant(
        creative=ad_set.ads[0].creative,
        ad_set=ad_set.ref,
        figures=figures,
        interval=wilson_interval(figures.conversions, figures.impressions),
    )


def _rival(
    variants: Sequence[Variant], counts: Sequence[experiments.Variant], best: Variant
) -> Variant | None:
    if len(counts) == 2:
        return None
    equals = {
        name
        for pair in pairs(counts)
        if best.ad_set in (pair.first, pair.second) and pair.p_value >= ALPHA
        for name in (pair.first, pair.second)
    } - {best.ad_set}
    return max(
        (each for each in variants if each.ad_set in equals),
        key=lambda each: each.rate,
        default=None,
    )


def _days_left(fewest: int, days: int) -> int | None:
    """At the pace of the slowest variant."""
    if fewest >= MIN_CONVERSIONS:
        return 0
    if not fewest:
        return None
    return ceil((MIN_CONVERSIONS - fewest) * max(days, 1) / fewest)


def _by_day(ad_sets: Sequence[AdSet], rows: Sequence[AdMetrics]) -> list[list[Count]]:
    return [
        [_count([row for row in rows if row.day == day], ad_set) for ad_set in ad_sets]
        for day in sorted({row.day for row in rows})
    ]


def _count(rows: Sequence[AdMetrics], ad_set: AdSet) -> Count:
    figures = total(row for row in rows if row.ad_set_id == ad_set.external_id)
    return Count(trials=figures.impressions, conversions=figures.conversions)


def _as_json(each: Variant, rank: int) -> dict[str, Any]:
    figures = each.figures.as_json()
    return {
        "rank": rank, "creative": each.creative, "ad_set": each.ad_set,
        "conversion_rate": round(each.rate, 6),
        "interval": [round(each.interval.low, 6), round(each.interval.high, 6)],
        **figures,
    }  # fmt: skip


def _course_as_json(found: Course | None) -> dict[str, Any] | None:
    """The present look of the planned ones; the interval is of the leader's lift."""
    if found is None:
        return None
    last = found.looks[-1]
    return {
        "look": found.look, "planned": found.planned, "z": round(found.z, 4),
        "bound": round(found.bound, 4), "crossed": found.crossed, "leader": found.leader,
        "runner_up": found.runner_up, "lift": last.lift and round(last.lift, 4),
        "interval": last.interval and [round(each, 4) for each in last.interval],
    }  # fmt: skip
