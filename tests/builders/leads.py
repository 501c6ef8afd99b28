"""A sales office with leads: say what matters, take the rest."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from config.roles import Role
from storage.database import Database
from storage.repository import next_number
from storage.tables.lead import Activity, Lead, LeadStatus, Source, Trait
from storage.tables.organisation import Organisation, Person
from tests.builders.chats import a_conversation
from tests.builders.context import a_context
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tools.context import ToolContext
from tools.leads.service import LeadService
from tools.leads.tools import SPECS
from tools.result import ToolResult


@dataclass(frozen=True, kw_only=True)
class SalesOffice:
    """An organisation with a manager called 陈总, its leads and a clock."""

    database: Database
    organisation: Organisation
    manager: Person
    clock: FakeClock
    conversation: int = 0
    orders: "count[int]" = field(default_factory=count)

    def context(self, **overrides: Any) -> ToolContext:
        """One order: a new key unless said."""
        given = {
            "order_key": f"inbox:{next(self.orders)}", "conversation_id": self.conversation,
        } | overrides  # fmt: skip
        return a_context(self.database, self.organisation, self.manager, self.clock, **given)

    async def order(
        self, tool: str, /, *, context: ToolContext | None = None, **arguments: Any
    ) -> ToolResult:
        """Have a tool of the contract do something, as the manager."""
        spec = next(spec for spec in SPECS if spec.name == tool)
        assert spec.run is not None
        return await spec.run(context or self.context(), spec.arguments(**arguments))

    async def says(self, tool: str, /, **arguments: Any) -> str:
        """The words of its answer."""
        return (await self.order(tool, **arguments)).text

    async def colleague(self, name: str, role: Role = Role.agent) -> Person:
        async with self.database.unit_of_work() as session:
            return await a_person(session, self.organisation, name=name, role=role)

    async def lead(
        self, name: str = "王强", *, ago: timedelta = timedelta(), **values: Any
    ) -> Lead:
        """A lead that came in `ago`, straight into its table."""
        came = self.clock.now() - ago
        defaults: dict[str, Any] = {
            "source_platform": Source.douyin, "status": LeadStatus.new, "score": 0,
            "created_at": came, "updated_at": came,
        }  # fmt: skip
        async with self.database.unit_of_work() as session:
            row = Lead(
                organisation_id=self.organisation.id, contact_name=name,
                number=await next_number(session, self.organisation.id, "L"),
                **(defaults | values),
            )  # fmt: skip
            session.add(row)
        return row

    async def did(self, lead: Lead, *activities: Activity, ago: timedelta = timedelta()) -> None:
        """Something that the lead did `ago`."""
        async with self.database.unit_of_work() as session:
            service = LeadService(session, self.organisation.id, self.clock)
            held = await service.hold(session, lead.ref)
            for activity in activities:
                await service.record(session, held, activity, self.clock.now() - ago)

    async def is_known_as(self, lead: Lead, *traits: Trait) -> None:
        async with self.database.unit_of_work() as session:
            service = LeadService(session, self.organisation.id, self.clock)
            await service.learn(session, await service.hold(session, lead.ref), *traits)

    async def look(self, ref: str) -> Lead:
        """The lead as it is stored now."""
        async with self.database.reading() as session:
            return await LeadService(session, self.organisation.id, self.clock).get(ref)

    async def all(self) -> int:
        """How many leads there are."""
        return int((await self.order("search_leads")).data["total"])


async def a_sales_office(
    database: Database, clock: FakeClock, *, slug: str = "acme"
) -> SalesOffice:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session, slug=slug)
        manager = await a_person(session, organisation, name="陈总")
        conversation = await a_conversation(session, organisation, manager)
    return SalesOffice(
        database=database, organisation=organisation, manager=manager, clock=clock,
        conversation=conversation,
    )  # fmt: skip
