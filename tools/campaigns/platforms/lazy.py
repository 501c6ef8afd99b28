"""A platform that is opened when it is first needed: one that is down, or refuses, stops no start,
and is tried again by the next call."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal

from tools.campaigns.platforms.accounts import AccountFacts, AccountPlatform, AdAccount, Link
from tools.campaigns.platforms.base import (
    AdMetrics,
    CampaignSpec,
    DeliveryStatus,
    MarkedCampaign,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.errors import PlatformError


class LazyPlatform:
    """An AdPlatform on one account, which its errors name."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._platform: AccountPlatform | None = None
        self._opening = asyncio.Lock()

    @property
    def name(self) -> str:
        return self.account.platform

    @property
    def account(self) -> AdAccount:
        return self._link.account

    @property
    def min_daily_budget(self) -> Decimal:
        return (self._platform or self._link).min_daily_budget

    def today(self, now: datetime) -> date:
        return (self._platform or self._link).today(now)

    async def facts(self) -> AccountFacts:
        async with self._opened() as platform:
            return await platform.facts()

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        async with self._opened() as platform:
            return await platform.create_campaign(spec, key=key)

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        async with self._opened() as platform:
            return await platform.find_campaign(key)

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        async with self._opened() as platform:
            return await platform.marked_campaigns()

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        async with self._opened() as platform:
            return await platform.get_campaign(campaign_id)

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        async with self._opened() as platform:
            await platform.set_status(campaign_id, status)

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        async with self._opened() as platform:
            await platform.set_ad_set_status(ad_set_id, status)

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        async with self._opened() as platform:
            await platform.set_daily_budget(ad_set_id, amount)

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        async with self._opened() as platform:
            return await platform.daily_metrics(campaign_ids, start, end)

    async def aclose(self) -> None:
        if self._platform is not None:
            await self._platform.aclose()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AccountPlatform]:
        try:
            async with self._opening:
                self._platform = self._platform or await self._link.open()
            yield self._platform
        except PlatformError as error:
            error.account_id = self.account.id
            raise
