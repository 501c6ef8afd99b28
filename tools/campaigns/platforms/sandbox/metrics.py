"""Reports: figures per ad and day, computed from the log of changes."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from storage.tables.sandbox import SandboxAdSet, SandboxCampaign
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.platforms.sandbox import ids
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.figures import LAG_DAYS, day_figures
from tools.campaigns.platforms.sandbox.schedule import Schedule, schedules
from tools.campaigns.platforms.sandbox.truth import AdSetTruth, truth_of

_DAY = timedelta(days=1)
_MINOR_UNITS = Decimal(100)
_REMEMBERED_DAYS = 50_000


class MetricsBook:
    """Remembers the days that no late report can change any more."""

    def __init__(self, clock: MarketClock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        # The schedule is a part of the key, so that a changed past is computed again.
        self._settled: dict[tuple[int, date, Schedule], list[AdMetrics]] = {}

    def read(self, campaigns: Sequence[SandboxCampaign], start: date, end: date) -> list[AdMetrics]:
        """What is reported by now for these campaigns, from `start` to `end`, by day."""
        now = self._clock.now()
        rows = [
            row
            for campaign in campaigns
            for ad_set in campaign.ad_sets
            for row in self._ad_set(campaign, ad_set, start, end, now)
        ]
        return sorted(rows, key=lambda row: row.day)

    def _ad_set(
        self, campaign: SandboxCampaign, ad_set: SandboxAdSet, start: date, end: date, now: datetime
    ) -> Iterator[AdMetrics]:
        truth = truth_of(self._seed, campaign, ad_set)
        for day, schedule in schedules(campaign.changes, ad_set.id, self._clock, now).items():
            if start <= day <= end:
                yield from self._day(ad_set, truth, day, schedule, now)

    def _day(
        self, ad_set: SandboxAdSet, truth: AdSetTruth, day: date, schedule: Schedule, now: datetime
    ) -> list[AdMetrics]:
        key = (ad_set.id, day, schedule)
        if key in self._settled:
            return self._settled[key]
        opens, closes = self._clock.bounds(day)
        figures = day_figures(truth, day, schedule, (now - opens) / _DAY)
        rows = [
            AdMetrics(
                campaign_id=ids.external(ids.CAMPAIGN, ad_set.campaign_id),
                ad_set_id=ids.external(ids.AD_SET, ad_set.id),
                ad_id=ids.external(ids.AD, ad.id),
                day=day,
                spend=ad_figures.spend / _MINOR_UNITS,
                revenue=ad_figures.revenue / _MINOR_UNITS,
                impressions=ad_figures.impressions,
                clicks=ad_figures.clicks,
                conversions=ad_figures.conversions,
            )
            for ad, ad_figures in zip(ad_set.ads, figures, strict=True)
        ]
        if now >= closes + LAG_DAYS * _DAY:
            self._remember(key, rows)
        return rows

    def _remember(self, key: tuple[int, date, Schedule], rows: list[AdMetrics]) -> None:
        if len(self._settled) >= _REMEMBERED_DAYS:
            self._settled.clear()
        self._settled[key] = rows
