"""A platform that repeats what may be repeated, so that nobody above has to think of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from tools.campaigns.platforms.base import (
    AdMetrics,
    AdPlatform,
    CampaignSpec,
    DeliveryStatus,
    MarkedCampaign,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.retries import CALL_SECONDS, Sleep, retrying

T = TypeVar("T")


class PatientPlatform:
    """An AdPlatform in front of another one: retries and a time limit for every call (CA-8)."""

    def __init__(
        self, platform: AdPlatform, *, sleep: Sleep = asyncio.sleep, seconds: float = CALL_SECONDS
    ) -> None:
        self._platform = platform
        self._sleep = sleep
        self._seconds = seconds

    @property
    def name(self) -> str:
        return self._platform.name

    @property
    def min_daily_budget(self) -> Decimal:
        return self._platform.min_daily_budget

    def today(self, now: datetime) -> date:
        return self._platform.today(now)

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        attempts = 0

        async def create() -> PlatformCampaign:
            nonlocal attempts
            attempts += 1
            # A lost answer is not a lost effect: look before creating it a second time.
            found = await self._platform.find_campaign(key) if attempts > 1 else None
            return found or await self._platform.create_campaign(spec, key=key)

        return await self._patiently(create)

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        return await self._patiently(lambda: self._platform.find_campaign(key))

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        return await self._patiently(self._platform.marked_campaigns)

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        return await self._patiently(lambda: self._platform.get_campaign(campaign_id))

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        await self._patiently(lambda: self._platform.set_status(campaign_id, status))

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        await self._patiently(lambda: self._platform.set_ad_set_status(ad_set_id, status))

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        await self._patiently(lambda: self._platform.set_daily_budget(ad_set_id, amount))

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        return await self._patiently(lambda: self._platform.daily_metrics(campaign_ids, start, end))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        return await retrying(call, platform=self.name, sleep=self._sleep, seconds=self._seconds)
