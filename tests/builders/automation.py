"""The module API over a shop on the sandbox market: say what matters, take the rest."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from config.i18n import Language
from config.roles import Role
from config.settings import ApprovalSettings
from storage.database import Database
from storage.tables.campaign import Campaign
from storage.tables.organisation import Person
from tests.builders.campaigns import Shop, a_shop
from tests.builders.context import an_asker
from tests.builders.metrics import FiguresAsTold
from tests.builders.organisation import a_person
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier, FakePlatforms
from tools.automation.service import CampaignAutomation, Keeper, Observe, Web
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.platforms.patient import PatientPlatform
from tools.context import ToolContext
from tools.layer import ToolLayer
from tools.registry import REGISTRY

ADDRESS = "https://shop.example.com/course"


async def _at_once(seconds: float) -> None:
    """Nobody waits in a test."""


@dataclass(kw_only=True)
class Desk:
    """A caller of the module: the shop's manager, unless a call names somebody else. `platforms`
    may be exchanged. The process dies after so many effects."""

    shop: Shop
    approvals: ApprovalSettings
    notifier: FakeNotifier
    platforms: FakePlatforms
    web: Web | None = None
    dies_after: int | None = None
    observe: Observe | None = None

    @property
    def module(self) -> CampaignAutomation:
        shop = self.shop
        return CampaignAutomation(
            database=shop.database, organisation_id=shop.organisation.id, clock=shop.clock,
            language=Language.zh_cn, layer=ToolLayer(REGISTRY["manager"], self.approvals),
            approvals=self.approvals, open_tools=self.open_tools, web=self.web,
            account_ids={"sandbox": "sandbox-acme"}, observe=self.observe,
        )  # fmt: skip

    async def open_tools(self, person_id: int) -> ToolContext:
        async with self.shop.database.reading() as session:
            person = await session.get_one(Person, person_id)
        context = self.shop.context(platforms=self.platforms, notifier=self.notifier)
        if self.dies_after is not None:
            dying = self.shop.dying("", after=self.dies_after)
            context = replace(context, ledger=dying.ledger)
        keeper = Keeper(self.shop.organisation.id, self.shop.clock) if self.web else None
        return replace(context, asker=an_asker(person), language=Language.zh_cn, keeper=keeper)

    def tell(self, campaign: Campaign, *counts: tuple[int, int], days: int = 4) -> None:
        """From now on the platform reports these conversions and this revenue for each ad set on
        each of so many days; 20,000 impressions and a spend of 100 each."""
        today = self.shop.sandbox.today(self.shop.clock.now())
        rows = [
            AdMetrics(
                campaign_id=campaign.external_id, ad_set_id=ad_set.external_id,
                ad_id=ad_set.ads[0].external_id, day=today - timedelta(days=back),
                spend=Decimal(100), revenue=Decimal(revenue), impressions=20_000, clicks=400,
                conversions=conversions,
            )
            for back in range(1, days + 1)
            for ad_set, (conversions, revenue) in zip(campaign.ad_sets, counts, strict=True)
        ]  # fmt: skip
        self.platforms = FakePlatforms(FiguresAsTold(self.shop.sandbox, rows))

    async def execute(
        self, action: str, parameters: Any, *, person: Person | None = None, **context: Any
    ) -> dict[str, Any]:
        given = {
            "user_id": (person or self.shop.manager).id, "session_id": "s-1",
            "organisation": self.shop.organisation.slug,
        }  # fmt: skip
        return await self.module.execute(action, parameters, given | context)

    async def joined(self, name: str, role: Role) -> Person:
        async with self.shop.database.unit_of_work() as session:
            return await a_person(session, self.shop.organisation, name=name, role=role)


async def a_desk(
    database: Database, clock: FakeClock, *, approvals: ApprovalSettings | None = None,
    slug: str = "acme",
) -> Desk:  # fmt: skip
    shop = await a_shop(database, clock, slug=slug)
    return Desk(
        shop=shop, approvals=approvals or ApprovalSettings(), notifier=FakeNotifier(),
        platforms=FakePlatforms(PatientPlatform(shop.sandbox, sleep=_at_once)),
    )  # fmt: skip


def a_campaign_order(**changes: Any) -> dict[str, Any]:
    """The parameters of create_campaign."""
    order: dict[str, Any] = {
        "objective": "sales", "daily_budget": 100, "target_countries": ["US"],
        "creative_ids": ["CR-1", "CR-2"], "product_url": ADDRESS, "platform": "sandbox",
    }  # fmt: skip
    return {name: value for name, value in (order | changes).items() if value is not ...}


def a_test_order(**changes: Any) -> dict[str, Any]:
    """The parameters of create_ab_test."""
    order: dict[str, Any] = {
        "test_name": "Blue or red", "creative_ids": ["CR-1", "CR-2"], "daily_budget": 100,
        "test_duration_days": 7, "platform": "sandbox",
    }  # fmt: skip
    return order | changes


def a_rule_order(**changes: Any) -> dict[str, Any]:
    """The parameters of create_rule."""
    order: dict[str, Any] = {
        "rule_name": "Dear", "action": {"type": "pause_adset"}, "applies_to": "all",
        "condition": {
            "metric": "cpa", "operator": "greater_than", "value": 50, "time_range": "24h",
        },
    }  # fmt: skip
    return order | changes
