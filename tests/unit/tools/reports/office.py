"""A shop with a sales office, seen by the manager who asks for reports."""

from datetime import timedelta

from config.i18n import Language
from storage.inbox import Inbox
from storage.tables.lead import LeadStatus
from tests.builders.campaigns import Shop
from tests.builders.chats import a_conversation, a_place
from tests.builders.leads import SalesOffice
from tools.campaigns.service import CampaignService, DayFigures
from tools.periods import resolve
from tools.reports.tools import SPECS
from tools.result import ToolResult

DAY = timedelta(days=1)


class Office:
    """Empty at first."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sales = SalesOffice(
            database=shop.database, organisation=shop.organisation, manager=shop.manager,
            clock=shop.clock,
        )  # fmt: skip

    async def fill(self) -> None:
        """A campaign of 20 days, and a lead on each of the last ten days: the latest five are
        new, two of the others converted and one is lost."""
        await self.shop.running_campaign(history=20)
        statuses = [LeadStatus.new] * 5 + [LeadStatus.following] * 2 + [LeadStatus.lost]
        for number, status in enumerate([*statuses, *[LeadStatus.converted] * 2]):
            await self.sales.lead(f"L{number}", ago=number * DAY, status=status)

    async def hears(self, *, ago: timedelta) -> None:
        """A message came in `ago`."""
        person = self.shop.manager
        self.shop.clock.advance(-ago)
        async with self.shop.database.unit_of_work() as session:
            conversation = await a_conversation(session, self.shop.organisation, person)
            await Inbox(person.organisation_id, self.shop.clock).put(
                session, place=a_place(), external_id=f"{next(self.sales.orders)}", person_id=person.id,
                conversation_id=conversation, text="hi",
            )  # fmt: skip
        self.shop.clock.advance(ago)

    async def money(self, period: str) -> list[DayFigures]:
        """What the ad platform says."""
        context = self.shop.context()
        days = resolve(period, context.local_now().date())
        return await CampaignService.of(context).daily_metrics(days)

    async def report(
        self, name: str, /, *, language: Language = Language.en, **arguments: str
    ) -> ToolResult:
        spec = next(spec for spec in SPECS if spec.name == name)
        assert spec.run is not None
        return await spec.run(self.shop.context(language=language), spec.arguments(**arguments))
