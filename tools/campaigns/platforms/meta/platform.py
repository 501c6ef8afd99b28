"""Meta (Facebook and Instagram) as an AdPlatform, on one ad account."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self
from weakref import WeakValueDictionary

from config.clock import Clock
from config.platforms import MetaSettings
from tools.campaigns.platforms.accounts import AccountFacts
from tools.campaigns.platforms.base import (
    AdMetrics,
    CampaignSpec,
    DeliveryStatus,
    MarkedCampaign,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.errors import BudgetBelowMinimum, ObjectDeleted, PlatformError
from tools.campaigns.platforms.http import Observe, RateBudget
from tools.campaigns.platforms.meta import marking
from tools.campaigns.platforms.meta.account import MetaAccount, read_account, read_facts
from tools.campaigns.platforms.meta.creating import Creation, finished_among
from tools.campaigns.platforms.meta.errors import NAME
from tools.campaigns.platforms.meta.graph import RATE_BUDGET, Graph, Json
from tools.campaigns.platforms.meta.insights import Insights
from tools.campaigns.platforms.meta.money import from_minor, to_minor
from tools.campaigns.platforms.meta.reading import (
    AD_SET_FIELDS,
    CAMPAIGN_FIELDS,
    GONE,
    WRITTEN,
    all_marked,
    live_state,
    marked_campaigns,
    status_of,
)  # fmt: skip
from tools.campaigns.platforms.retries import Sleep

# Meta answers for the last 37 months.
_REMEMBERED = timedelta(days=36 * 30)


class MetaPlatform:
    """An AdPlatform. The `key` of its campaigns is the marker, which cannot be turned back.

    One object per account and process: two creates of one key wait for each other in it.
    """

    name = NAME

    def __init__(
        self, graph: Graph, settings: MetaSettings, account: MetaAccount, clock: Clock,
        *, sleep: Sleep = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._graph = graph
        self._settings = settings
        self._account = account
        self._clock = clock
        self._insights = Insights(graph, sleep=sleep)
        self._creating: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._known: set[str] = set()

    @classmethod
    async def open(
        cls, settings: MetaSettings, clock: Clock, *, observe: Observe | None = None,
        budget: RateBudget = RATE_BUDGET, sleep: Sleep = asyncio.sleep,
    ) -> Self:  # fmt: skip
        """Asks Meta about the account first. Raises PlatformRefused for one on which nothing can
        run; `aclose` at the end."""
        graph = Graph(settings, observe=observe, budget=budget)
        try:
            account = await read_account(graph)
        except PlatformError:
            await graph.aclose()
            raise
        return cls(graph, settings, account, clock, sleep=sleep)

    @property
    def min_daily_budget(self) -> Decimal:
        return self._account.min_daily_budget

    def today(self, now: datetime) -> date:
        return now.astimezone(self._account.zone).date()

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        for ad_set in spec.ad_sets:
            self._check_budget(ad_set.daily_budget)
        digest = marking.digest_of(key)
        async with self._creating.setdefault(digest, asyncio.Lock()):
            creation = Creation(self._graph, self._settings, self._account.currency, spec, digest)
            return await self._live(await creation.run())

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        """A draft is not found: the next create completes it."""
        marked = await marked_campaigns(self._graph, marking.digest_of(key))
        found = finished_among(marked)
        return None if found is None else await self._live(found)

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        return await all_marked(self._graph)

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        return await self._live(await self._campaign(campaign_id))

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        row = await self._campaign(campaign_id)
        await self._switch(row, status, "campaign_update")

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        row = await self._graph.node(ad_set_id, "adset", AD_SET_FIELDS)
        await self._switch(row, status, "adset_update")

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        self._check_budget(amount)
        row = await self._graph.node(ad_set_id, "adset", AD_SET_FIELDS)
        if row["effective_status"] in GONE:
            raise ObjectDeleted(NAME, ad_set_id)
        # Meta allows four changes an hour, so one that changes nothing is not sent.
        if from_minor(row.get("daily_budget", 0), self._account.currency) != amount:
            budget = to_minor(amount, self._account.currency)
            await self._graph.post(ad_set_id, "adset_update", {"daily_budget": budget})

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        chosen = list(dict.fromkeys(campaign_ids))
        for ref in chosen:
            if ref not in self._known:
                await self._campaign(ref)
        today = self.today(self._clock.now())
        start, end = max(start, today - _REMEMBERED), min(end, today)
        if not chosen or start > end:
            return []
        return await self._insights.read(chosen, start, end)

    async def facts(self) -> AccountFacts:
        return await read_facts(self._graph, self._settings)

    async def aclose(self) -> None:
        await self._graph.aclose()

    async def _campaign(self, ref: str) -> Json:
        row = await self._graph.node(ref, "campaign", CAMPAIGN_FIELDS)
        self._known.add(ref)
        return row

    async def _live(self, campaign: Json) -> PlatformCampaign:
        return await live_state(self._graph, campaign, self._account.currency)

    async def _switch(self, row: Json, status: DeliveryStatus, endpoint: str) -> None:
        if status_of(row) is status:
            return
        if row["effective_status"] in GONE:
            raise ObjectDeleted(NAME, row["id"])
        await self._graph.post(row["id"], endpoint, {"status": WRITTEN[status]})

    def _check_budget(self, amount: Decimal) -> None:
        if amount < self.min_daily_budget:
            raise BudgetBelowMinimum(NAME, amount, self.min_daily_budget)
