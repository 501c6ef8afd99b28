"""The sandbox: an ad platform whose market is simulated.

It keeps its objects and the log of what was done to them in the database, in transactions of its
own, and computes figures from that log: it needs no process that runs on, survives a kill, and
answers the same to everybody who asks.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from config.settings import SandboxSettings
from storage.database import Database, Session
from storage.tables.sandbox import SandboxCampaign
from tools.campaigns.platforms.base import (
    AdMetrics,
    CampaignSpec,
    DeliveryStatus,
    MarkedCampaign,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.errors import BudgetBelowMinimum, ObjectDeleted, UnknownObject
from tools.campaigns.platforms.sandbox import ids
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.faults import SandboxFaults
from tools.campaigns.platforms.sandbox.metrics import MetricsBook
from tools.campaigns.platforms.sandbox.repository import SandboxRepository
from tools.campaigns.platforms.sandbox.state import budget_of, live_state, status_of
from tools.campaigns.platforms.sandbox.truth import AdSetTruth, truth_of


class SandboxPlatform:
    """An AdPlatform. `backdate`, `truths` and `faults` exist on the sandbox only."""

    name = "sandbox"
    min_daily_budget = Decimal(10)

    def __init__(
        self, database: Database, organisation_id: int, clock: MarketClock,
        settings: SandboxSettings, *, faults: SandboxFaults | None = None,
    ) -> None:  # fmt: skip
        self.faults = faults or SandboxFaults()
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._seed = settings.seed
        self._book = MetricsBook(clock, settings.seed)

    def today(self, now: datetime) -> date:
        return self._clock.today(now)

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        async with self.faults.around(self.name, "create_campaign"):
            for ad_set in spec.ad_sets:
                self._check_budget(ad_set.daily_budget)
            async with self._database.unit_of_work() as session:
                repository = SandboxRepository(session, self._organisation_id)
                await repository.create(session, spec, key, self._clock.now())
            created = await self._find(key)
            assert created is not None
            return live_state(created)

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        async with self.faults.around(self.name, "find_campaign"):
            found = await self._find(key)
            return None if found is None else live_state(found)

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        async with self.faults.around(self.name, "marked_campaigns"):
            async with self._database.reading() as session:
                found = await SandboxRepository(session, self._organisation_id).every()
            states = [live_state(row) for row in found]
            return [
                MarkedCampaign(
                    external_id=each.external_id, key=each.key, name=each.name, status=each.status
                )
                for each in states
                if each.status is not DeliveryStatus.deleted
            ]

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        async with self.faults.around(self.name, "get_campaign"):
            return live_state((await self._load([campaign_id]))[0])

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        async with (
            self.faults.around(self.name, "set_status"),
            self._database.unit_of_work() as session,
        ):
            campaign = await self._locked(session, campaign_id)
            current = status_of(campaign.changes, None)
            if current is status:
                return
            if current is DeliveryStatus.deleted:
                raise ObjectDeleted(self.name, campaign_id)
            self._write(session, campaign, None, status=status)

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        async with (
            self.faults.around(self.name, "set_ad_set_status"),
            self._database.unit_of_work() as session,
        ):
            campaign, row_id = await self._locked_ad_set(session, ad_set_id)
            current = status_of(campaign.changes, row_id)
            if current is status:
                return
            self._check_exists(campaign, row_id, ad_set_id)
            self._write(session, campaign, row_id, status=status)

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        async with (
            self.faults.around(self.name, "set_daily_budget"),
            self._database.unit_of_work() as session,
        ):
            self._check_budget(amount)
            campaign, row_id = await self._locked_ad_set(session, ad_set_id)
            self._check_exists(campaign, row_id, ad_set_id)
            if budget_of(campaign.changes, row_id) != amount:
                self._write(session, campaign, row_id, daily_budget=amount)

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        async with self.faults.around(self.name, "daily_metrics"):
            campaigns = await self._load(campaign_ids)
            return self._book.read(campaigns, start, end)

    async def backdate(self, campaign_id: str, days: int) -> None:
        """Let everything that happened to the campaign have happened `days` earlier.

        A campaign that was just started gets `days` of history in this way.
        """
        async with self._database.unit_of_work() as session:
            campaign = await self._locked(session, campaign_id)
            repository = SandboxRepository(session, self._organisation_id)
            await repository.shift(session, campaign, timedelta(days=days))

    async def truths(self, campaign_id: str) -> dict[str, AdSetTruth]:
        """The oracle: how each ad set (by external id) really responds."""
        campaign = (await self._load([campaign_id]))[0]
        return {
            ids.external(ids.AD_SET, ad_set.id): truth_of(self._seed, campaign, ad_set)
            for ad_set in campaign.ad_sets
        }

    async def _find(self, key: str) -> SandboxCampaign | None:
        async with self._database.reading() as session:
            return await SandboxRepository(session, self._organisation_id).by_key(key)

    async def _load(self, campaign_ids: Sequence[str]) -> list[SandboxCampaign]:
        """The campaigns in the order asked for; raises UnknownObject."""
        wanted = {ref: ids.row_id(ids.CAMPAIGN, ref) for ref in campaign_ids}
        async with self._database.reading() as session:
            repository = SandboxRepository(session, self._organisation_id)
            found = {row.id: row for row in await repository.by_ids([*wanted.values()])}
        for ref, row_id in wanted.items():
            if row_id not in found:
                raise UnknownObject(self.name, ref)
        return [found[row_id] for row_id in wanted.values()]

    async def _locked(self, session: Session, campaign_id: str) -> SandboxCampaign:
        repository = SandboxRepository(session, self._organisation_id)
        campaign = await repository.locked(ids.row_id(ids.CAMPAIGN, campaign_id))
        if campaign is None:
            raise UnknownObject(self.name, campaign_id)
        return campaign

    async def _locked_ad_set(self, session: Session, ad_set_id: str) -> tuple[SandboxCampaign, int]:
        repository = SandboxRepository(session, self._organisation_id)
        row_id = ids.row_id(ids.AD_SET, ad_set_id)
        campaign = await repository.campaign_of(row_id)
        if campaign is None:
            raise UnknownObject(self.name, ad_set_id)
        return campaign, row_id

    def _write(
        self, session: Session, campaign: SandboxCampaign, ad_set_id: int | None,
        *, status: DeliveryStatus | None = None, daily_budget: Decimal | None = None,
    ) -> None:  # fmt: skip
        SandboxRepository(session, self._organisation_id).change(
            session, campaign.id, ad_set_id, self._clock.now(),
            status=status, daily_budget=daily_budget,
        )  # fmt: skip

    def _check_exists(self, campaign: SandboxCampaign, ad_set_id: int, ref: str) -> None:
        statuses = (status_of(campaign.changes, None), status_of(campaign.changes, ad_set_id))
        if DeliveryStatus.deleted in statuses:
            raise ObjectDeleted(self.name, ref)

    def _check_budget(self, amount: Decimal) -> None:
        if amount < self.min_daily_budget:
            raise BudgetBelowMinimum(self.name, amount, self.min_daily_budget)
