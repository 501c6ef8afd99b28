"""TikTok as an ad platform: one advertiser's account."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from config.clock import Clock
from config.platforms import TikTokSettings
from tools.campaigns.platforms.accounts import AccountFacts
from tools.campaigns.platforms.base import (
    AdMetrics,
    CampaignSpec,
    DeliveryStatus,
    MarkedCampaign,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.errors import (
    BudgetBelowMinimum,
    ObjectDeleted,
    PlatformError,
    PlatformRefused,
    UnknownObject,
)  # fmt: skip
from tools.campaigns.platforms.http import Observe
from tools.campaigns.platforms.tiktok import reporting
from tools.campaigns.platforms.tiktok.account import read_facts
from tools.campaigns.platforms.tiktok.api import BUDGETS, Budgets, TikTokApi
from tools.campaigns.platforms.tiktok.draft import Draft, finished, live_drafts, switch
from tools.campaigns.platforms.tiktok.errors import NAME
from tools.campaigns.platforms.tiktok.media import Library
from tools.campaigns.platforms.tiktok.money import to_main
from tools.campaigns.platforms.tiktok.names import mark_of
from tools.campaigns.platforms.tiktok.regions import Regions
from tools.campaigns.platforms.tiktok.state import Reader, budget_of, status_of, under_deleted
from tools.campaigns.platforms.tiktok.words import OBJECTIVES, SWITCHES

Json = dict[str, Any]


class TikTokPlatform:
    """An AdPlatform. The `key` of a campaign that was read is the marker in its name."""

    name: Final = NAME

    def __init__(
        self, settings: TikTokSettings, clock: Clock, *, observe: Observe | None = None,
        transport: httpx.AsyncBaseTransport | None = None, budgets: Budgets = BUDGETS,
    ) -> None:  # fmt: skip
        self.min_daily_budget = settings.min_daily_budget
        self._settings = settings
        self._clock = clock
        self._zone = ZoneInfo(settings.timezone)
        self._api = TikTokApi(
            settings, clock, observe=observe, transport=transport, budgets=budgets
        )
        self._reader = Reader(self._api)
        self._regions = Regions(self._api)
        self._creating = asyncio.Lock()

    def today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        for ad_set in spec.ad_sets:
            self._check_budget(ad_set.daily_budget)
        mark = mark_of(key)
        async with self._creating:
            known = await self._reader.marked(mark)
            if finished(known) is None:
                await self._make(await self._draft(spec, mark), mark, live_drafts(known))
                known = await self._reader.marked(mark)
        made = finished(known)
        assert made is not None
        return await self._reader.state(made)

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        found = finished(await self._reader.marked(mark_of(key)))
        return None if found is None else await self._reader.state(found)

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        return await self._reader.all_marked()

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        return await self._reader.state(await self._campaign(campaign_id))

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        campaign = await self._campaign(campaign_id)
        await self._switch("campaign", campaign, status)

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        ad_group = await self._ad_group(ad_set_id)
        await self._switch("adgroup", ad_group, status)

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        self._check_budget(amount)
        ad_group = await self._ad_group(ad_set_id)
        deleted = status_of(ad_group, "adgroup") is DeliveryStatus.deleted
        if deleted or under_deleted(ad_group):
            raise ObjectDeleted(NAME, ad_set_id)
        if budget_of(ad_group) != amount:
            body = {"adgroup_id": ad_set_id, "budget": to_main(amount)}
            await self._api.post("adgroup/update", body)

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        wanted = list(dict.fromkeys(campaign_ids))
        known = await self._reader.campaigns(wanted)
        for ref in wanted:
            if ref not in known:
                raise UnknownObject(NAME, ref)
        return await reporting.daily_metrics(self._api, wanted, start, end)

    async def facts(self) -> AccountFacts:
        return await read_facts(self._api)

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _draft(self, spec: CampaignSpec, mark: str) -> Draft:
        """Fetches what can be refused before anything is made."""
        objective_type = OBJECTIVES[spec.objective]
        locations = [
            await self._regions.location_ids(objective_type, ad_set.countries)
            for ad_set in spec.ad_sets
        ]
        media = await Library(self._api, self._settings.default_image_id).media(spec)
        return Draft(
            self._api, self._settings, spec, mark, locations=locations, media=media,
            now=self._clock.now(),
        )  # fmt: skip

    async def _make(self, draft: Draft, mark: str, begun: list[Json]) -> None:
        """Complete what an earlier attempt left behind, or begin; a refusal leaves nothing."""
        fitting = [campaign for campaign in begun if await draft.fits(campaign)][:1]
        await self._remove([campaign for campaign in begun if campaign not in fitting])
        campaign = fitting[0] if fitting else await draft.begin()
        try:
            await draft.finish(campaign)
        except PlatformRefused:
            # If it cannot be removed now, it stays switched off, and the next attempt sees to it.
            with suppress(PlatformError):
                if await self._gave_up(campaign["campaign_id"], mark):
                    return
            raise

    async def _gave_up(self, campaign_id: str, mark: str) -> bool:
        """Remove the draft; whether somebody else finished a campaign under the marker.

        It may even be the draft itself that was finished, and started.
        """
        known = await self._reader.marked(mark)
        drafts = live_drafts(known)
        await self._remove([row for row in drafts if row["campaign_id"] == campaign_id])
        return finished(known) is not None

    async def _remove(self, campaigns: Sequence[Json]) -> None:
        if campaigns:
            ids = [campaign["campaign_id"] for campaign in campaigns]
            await switch(self._api, "campaign", ids, "DELETE")

    async def _switch(self, kind: str, row: Json, status: DeliveryStatus) -> None:
        current, ref = status_of(row, kind), row[f"{kind}_id"]
        if current is status:
            return
        if current is DeliveryStatus.deleted or (kind == "adgroup" and under_deleted(row)):
            raise ObjectDeleted(NAME, ref)
        await switch(self._api, kind, [ref], SWITCHES[status])

    async def _campaign(self, campaign_id: str) -> Json:
        found = (await self._reader.campaigns([campaign_id])).get(campaign_id)
        if found is None:
            raise UnknownObject(NAME, campaign_id)
        return found

    async def _ad_group(self, ad_set_id: str) -> Json:
        found = await self._reader.ad_group(ad_set_id)
        if found is None:
            raise UnknownObject(NAME, ad_set_id)
        return found

    def _check_budget(self, amount: Decimal) -> None:
        if amount < self.min_daily_budget:
            raise BudgetBelowMinimum(NAME, amount, self.min_daily_budget)
