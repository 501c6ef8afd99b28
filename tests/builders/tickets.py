"""A help desk with tickets: a manager, two agents, a customer, and what each of them reads."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from config.hours import HoursSettings
from config.roles import Role
from config.support import SupportSettings
from storage.database import Database
from storage.tables.organisation import Organisation, Person
from storage.tables.ticket import Satisfaction, Ticket, TicketEvent
from tests.builders.context import a_context
from tests.builders.notices import Staff
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock
from tools.context import ToolContext
from tools.support.sla import SlaWatch
from tools.support.ticket_desk import TicketAnswer, take_step
from tools.support.ticket_tools import SPECS
from tools.support.tickets import TicketService

WEEKDAYS = HoursSettings(weekly=("mon-fri 09:00-18:00",))


@dataclass(slots=True, kw_only=True)
class HelpDesk:
    """Works on weekdays from 9 to 18; everybody has a private chat."""

    staff: Staff
    agent: Person
    colleague: Person
    customer: Person
    hours: HoursSettings = WEEKDAYS
    support: SupportSettings = field(default_factory=SupportSettings)
    orders: "count[int]" = field(default_factory=count)

    @property
    def database(self) -> Database:
        return self.staff.database

    @property
    def clock(self) -> FakeClock:
        return self.staff.clock

    @property
    def manager(self) -> Person:
        return self.staff.person

    def context(self, who: Person | None = None, **overrides: Any) -> ToolContext:
        """Of one order of the agent, unless said."""
        who = who or self.agent
        given = {
            "order_key": f"inbox:{next(self.orders)}", "hours": self.hours,
            "conversation_id": self.staff.chats[who.id], "support": self.support,
            "notifier": self.staff.notifier(window=timedelta(0)),
            "timezone": ZoneInfo(self.staff.organisation.timezone),
        } | overrides  # fmt: skip
        return a_context(self.database, self.staff.organisation, who, self.clock, **given)

    async def opens(self, problem: str = "耳机左边没声音", **values: Any) -> Ticket:
        """A ticket of the customer."""
        given: dict[str, Any] = {
            "title": "", "text": problem, "person_id": self.customer.id,
            "conversation_id": self.staff.chats[self.customer.id],
        } | values  # fmt: skip
        context = self.context()
        given.setdefault("order_key", context.order_key)
        async with self.database.unit_of_work() as session:
            return await TicketService.of(session, context).open(**given)

    async def does(self, ref: str, verb: str, words: str = "", **given: Any) -> TicketAnswer:
        """A step by the agent, unless a context is given."""
        return await take_step(given.get("context") or self.context(), ref, verb, words)

    async def asks(self, tool: str, **arguments: Any) -> str:
        """What the customer reads after a tool of theirs."""
        spec = next(spec for spec in SPECS if spec.name == tool)
        assert spec.run is not None
        result = await spec.run(self.context(self.customer), spec.arguments(**arguments))
        return result.text

    def watch(self) -> SlaWatch:
        """Of a process that has just begun."""
        return SlaWatch(
            self.database, self.staff.organisation.id, self.clock,
            notifier=self.staff.notifier(window=timedelta(0)), hours=self.hours,
            support=self.support,
        )  # fmt: skip

    async def look_at(self, moment: datetime) -> list[str]:
        """Go to a moment and let the watch look; what the agent reads of it."""
        before = len(await self.reads(self.agent))
        self.clock.advance(moment - self.clock.now())
        await self.watch().look()
        return (await self.reads(self.agent))[before:]

    async def ticket(self, ref: str = "K-1") -> Ticket:
        async with self.database.reading() as session:
            query = select(Ticket).where(Ticket.number == int(ref.removeprefix("K-")))
            return (await session.scalars(query)).one()

    async def events(self) -> list[TicketEvent]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(TicketEvent).order_by(TicketEvent.id)))

    async def satisfaction(self) -> list[Satisfaction]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Satisfaction).order_by(Satisfaction.id)))

    async def reads(self, who: Person) -> list[str]:
        """All that somebody was sent, in order."""
        return await self.staff.texts(who)


async def a_help_desk(
    database: Database, clock: FakeClock, *, timezone: str = "Asia/Shanghai"
) -> HelpDesk:
    async with database.unit_of_work() as session:
        organisation: Organisation = await an_organisation(session)
        organisation.timezone = timezone
    staff = Staff(database, clock, organisation)
    staff.person = await staff.joins("陈经理")
    return HelpDesk(
        staff=staff, agent=await staff.joins("李雷", Role.agent),
        colleague=await staff.joins("韩梅梅", Role.agent),
        customer=await staff.joins("访客", Role.customer),
    )  # fmt: skip
