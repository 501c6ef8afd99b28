"""A shop with an ad account on the sandbox market: say what matters, take the rest."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from config.i18n import Language
from config.settings import SandboxSettings
from storage.database import Database
from storage.ledger import ActionLedger, Effect, LookUp
from storage.repository import next_number
from storage.tables.campaign import Campaign, Creative, CreativeKind
from storage.tables.organisation import Organisation, Person
from tests.builders.chats import a_conversation
from tests.builders.context import a_context
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakePlatforms, OpenFence
from tools.campaigns.arguments import CreateCampaign, ManageCampaign
from tools.campaigns.creating import execute_creation
from tools.campaigns.managing import execute_management, propose_management
from tools.campaigns.overview import CampaignService
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform
from tools.campaigns.proposing import propose_creation
from tools.context import ToolContext

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Crash(Exception):
    """The process dies here."""


class DyingLedger(ActionLedger):
    """Dies right after its `at`-th effect is done, before our own rows are written."""

    at = 1

    async def once(
        self, key: str, kind: str, request: dict[str, Any], *, act: Effect, find: LookUp
    ) -> dict[str, Any]:
        result = await super().once(key, kind, request, act=act, find=find)
        self.at -= 1
        if self.at == 0:
            raise Crash
        return result


@dataclass(frozen=True, kw_only=True)
class Shop:
    """An organisation with a manager and their chat, an ad account and a clock."""

    database: Database
    organisation: Organisation
    manager: Person
    conversation: int
    clock: FakeClock
    sandbox: SandboxPlatform

    def context(self, order_key: str = "approval:1", **overrides: Any) -> ToolContext:
        given = {
            "language": Language.en, "order_key": order_key, "conversation_id": self.conversation,
            "platforms": FakePlatforms(self.sandbox),
        }  # fmt: skip
        return a_context(
            self.database, self.organisation, self.manager, self.clock, **(given | overrides)
        )

    def dying(self, order_key: str, *, after: int = 1) -> ToolContext:
        """A context in which the process dies after that many effects."""
        ledger = DyingLedger(
            self.database, organisation_id=self.organisation.id, clock=self.clock,
            fence=OpenFence(),
        )  # fmt: skip
        ledger.at = after
        return self.context(order_key, ledger=ledger)

    @property
    def campaigns(self) -> CampaignService:
        return CampaignService.of(self.context())

    async def creative(self, title: str = "Trial lesson", **values: Any) -> Creative:
        defaults: dict[str, Any] = {
            "kind": CreativeKind.image, "platform": None, "copy": "Book a free lesson today.",
            "url": "https://shop.example.com/trial.png", "created_at": self.clock.now(),
        }  # fmt: skip
        async with self.database.unit_of_work() as session:
            number = await next_number(session, self.organisation.id, "CR")
            row = Creative(
                organisation_id=self.organisation.id, number=number, title=title,
                **(defaults | values),
            )  # fmt: skip
            session.add(row)
        return row

    async def campaign(self, order_key: str = "approval:create", **arguments: Any) -> Campaign:
        """A created, still paused campaign."""
        if not await self.campaigns.creatives():
            await self.creative()
        context = self.context(order_key)
        proposal = await propose_creation(context, campaign_order(**arguments))
        result = await execute_creation(context, proposal.plan)
        return await self.campaigns.get(result.data["campaign"])

    async def running_campaign(
        self, order_key: str = "approval:create", *, history: int = 0, **arguments: Any
    ) -> Campaign:
        """A started campaign; with `history` it has run for that many days."""
        campaign = await self.campaign(order_key, **arguments)
        context = self.context(f"{order_key}:start")
        order = ManageCampaign(campaign=campaign.ref, action="start")
        proposal = await propose_management(context, order)
        await execute_management(context, proposal.plan)
        if history:
            await self.sandbox.backdate(campaign.external_id, history)
        return await self.campaigns.get(campaign.ref)


def campaign_order(**arguments: Any) -> CreateCampaign:
    defaults: dict[str, Any] = {
        "platform": "sandbox", "objective": "sales", "daily_budget": Decimal(300),
        "countries": ["US"],
    }  # fmt: skip
    return CreateCampaign(**(defaults | arguments))


async def a_shop(database: Database, clock: FakeClock, *, slug: str = "acme") -> Shop:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session, slug=slug)
        manager = await a_person(session, organisation)
        conversation = await a_conversation(session, organisation, manager)
    market = MarketClock(clock, epoch=organisation.created_at, zone=SHANGHAI)
    sandbox = SandboxPlatform(database, organisation.id, market, SandboxSettings())
    return Shop(
        database=database, organisation=organisation, manager=manager, conversation=conversation,
        clock=clock, sandbox=sandbox,
    )  # fmt: skip
