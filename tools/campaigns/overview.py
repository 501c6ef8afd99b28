"""What campaigns there are, and how they perform.

It reads the database in short transactions of its own, never during a platform call.
"""

import builtins
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Self

import structlog

from config.clock import Clock
from storage.database import Database
from storage.tables.campaign import Campaign, CampaignStatus, Creative
from tools.campaigns.figures import DayFigures, total
from tools.campaigns.platforms.base import AdMetrics, AdPlatform, PlatformCampaign
from tools.campaigns.platforms.errors import AccountRemoved
from tools.campaigns.repository import CampaignRepository, CreativeRepository
from tools.context import ToolContext
from tools.periods import Days
from tools.ports import AdPlatforms

log = structlog.get_logger()


class CampaignService:
    def __init__(
        self, database: Database, organisation_id: int, *, platforms: AdPlatforms, clock: Clock
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._platforms = platforms
        self._clock = clock

    @classmethod
    def of(cls, context: ToolContext) -> Self:
        return cls(
            context.database, context.organisation_id,
            platforms=context.platforms, clock=context.clock,
        )  # fmt: skip

    async def list(
        self, *, platform: str | None = None, status: str | None = None
    ) -> Sequence[Campaign]:
        """Newest first, with ad sets and ads; deleted ones only when asked for."""
        async with self._database.reading() as session:
            campaigns = CampaignRepository(session, self._organisation_id)
            return await campaigns.listed(platform=platform, status=status)

    async def get(self, ref: str) -> Campaign:
        """C-3 with its ad sets and ads; raises CampaignNotFound."""
        async with self._database.reading() as session:
            return await CampaignRepository(session, self._organisation_id).get(ref)

    async def creatives(
        self, *, platform: str | None = None, text: str | None = None
    ) -> Sequence[Creative]:
        async with self._database.reading() as session:
            creatives = CreativeRepository(session, self._organisation_id)
            return await creatives.listed(platform=platform, text=text)

    async def active_count(self) -> int:
        return len(await self.list(status=CampaignStatus.active))

    async def live(self, campaign: Campaign) -> PlatformCampaign:
        """What the platform says now; raises its errors."""
        return await self.platform(campaign).get_campaign(campaign.external_id)

    async def daily_metrics(self, days: Days) -> builtins.list[DayFigures]:
        """All campaigns, deleted ones too, per day on which they did something; by day."""
        async with self._database.reading() as session:
            campaigns = await CampaignRepository(session, self._organisation_id).every()
        by_account: dict[AdPlatform, builtins.list[Campaign]] = defaultdict(builtins.list)
        for campaign in campaigns:
            try:
                by_account[self.platform(campaign)].append(campaign)
            except AccountRemoved as error:
                # One account that was taken away must not take everybody's reports with it.
                log.warning("account_removed", campaign=campaign.ref, account=error.account_id)
        figures = [
            row
            for platform, owned in by_account.items()
            for row in await self._on_platform(platform, owned, days)
        ]
        return sorted(figures, key=lambda row: (row.date, row.campaign))

    async def metrics(self, campaign: Campaign, start: date, end: date) -> Sequence[AdMetrics]:
        """Per ad and day, in the platform's days."""
        return await self.platform(campaign).daily_metrics([campaign.external_id], start, end)

    def platform(self, campaign: Campaign) -> AdPlatform:
        """On the account on which it was made; raises PlatformNotConfigured, AccountRemoved."""
        return self._platforms.get(campaign.platform, campaign.account)

    def today(self, campaign: Campaign) -> date:
        """The reporting day of the campaign's platform."""
        return self.platform(campaign).today(self._clock.now())

    async def _on_platform(
        self, platform: AdPlatform, campaigns: Sequence[Campaign], days: Days
    ) -> builtins.list[DayFigures]:
        numbers = {campaign.external_id: campaign.number for campaign in campaigns}
        rows = await platform.daily_metrics(list(numbers), days.start, days.end)
        by_day: dict[tuple[str, date], builtins.list[AdMetrics]] = defaultdict(builtins.list)
        for row in rows:
            by_day[row.campaign_id, row.day].append(row)
        return [
            _day(numbers[external_id], platform.name, day, ads)
            for (external_id, day), ads in by_day.items()
        ]


def _day(number: int, platform: str, day: date, ads: Sequence[AdMetrics]) -> DayFigures:
    sums = total(ads)
    return DayFigures(
        date=day, campaign=number, platform=platform, spend=sums.spend, revenue=sums.revenue,
        impressions=sums.impressions, clicks=sums.clicks, conversions=sums.conversions,
    )  # fmt: skip
