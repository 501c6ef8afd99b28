"""Ad figures that a test decides, in front of a market that is otherwise real."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from storage.tables.campaign import AdSet, Campaign
from tools.campaigns.platforms.base import (
    AdMetrics,
    AdPlatform,
    CampaignSpec,
    DeliveryStatus,
    MarkedCampaign,
    PlatformCampaign,
)


class FiguresAsTold:
    """An AdPlatform that reports `rows` and does everything else for real."""

    def __init__(self, platform: AdPlatform, rows: Sequence[AdMetrics]) -> None:
        self._platform = platform
        self._rows = rows

    @property
    def name(self) -> str:
        return self._platform.name

    @property
    def min_daily_budget(self) -> Decimal:
        return self._platform.min_daily_budget

    def today(self, now: datetime) -> date:
        return self._platform.today(now)

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        return await self._platform.create_campaign(spec, key=key)

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        return await self._platform.find_campaign(key)

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        return await self._platform.marked_campaigns()

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        return await self._platform.get_campaign(campaign_id)

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        await self._platform.set_status(campaign_id, status)

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        await self._platform.set_ad_set_status(ad_set_id, status)

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        await self._platform.set_daily_budget(ad_set_id, amount)

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        return [row for row in self._rows if start <= row.day <= end]


def daily(
    campaign: Campaign, ad_set: AdSet, today: date, *, spend: int, revenue: int, conversions: int,
    days: Sequence[int] = range(1, 8),
) -> list[AdMetrics]:  # fmt: skip
    """The same figures on each of `days`, counted back from today."""
    return [
        AdMetrics(
            campaign_id=campaign.external_id, ad_set_id=ad_set.external_id,
            ad_id=ad_set.ads[0].external_id, day=today - timedelta(days=back),
            spend=Decimal(spend), revenue=Decimal(revenue), impressions=1000, clicks=20,
            conversions=conversions,
        )
        for back in days
    ]  # fmt: skip
