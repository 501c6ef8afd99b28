"""A customer who visits: what they say, what they are answered, who helps; and the process that
finishes the visit."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from config.i18n import Language, say
from config.roles import Role
from storage.database import Database
from storage.tables.base import Table
from storage.tables.case import CaseSignal, SignalKind
from storage.tables.organisation import Person
from storage.tables.visit import FollowUp, Mood, Visit
from storage.tables.work import InboxMessage, InboxStatus, OutboxMessage, OutboxStatus
from tests.builders.context import a_context
from tests.builders.notices import Staff
from tests.builders.organisation import an_organisation
from tests.builders.tickets import WEEKDAYS
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeWriter
from tools.context import Asker, ToolContext
from tools.visits.ending import VisitEnder
from tools.visits.service import Touched, VisitService

LEAVES = timedelta(minutes=31)


@dataclass(slots=True, kw_only=True)
class Reception:
    """Works on weekdays from 9 to 18; the clock says Wednesday 10:00. Everybody has a chat."""

    staff: Staff
    agent: Person
    customer: Person
    writer: FakeWriter = field(default_factory=FakeWriter)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

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
        """Of the manager, unless said."""
        given = {
            "notifier": self.staff.notifier(window=timedelta(0)), "hours": WEEKDAYS,
            "conversation_id": self.staff.chats[self.customer.id], "writer": self.writer,
            "timezone": ZoneInfo(self.staff.organisation.timezone),
        } | overrides  # fmt: skip
        person = who or self.manager
        return a_context(self.database, self.staff.organisation, person, self.clock, **given)

    def ender(self, **overrides: Any) -> VisitEnder:
        """Of one process."""
        asker = Asker(id=0, name="HuoKe", role=Role.manager)

        async def open_context(order_key: str) -> ToolContext:
            return self.context(order_key=order_key, asker=asker, **overrides)

        return VisitEnder(open_context)

    async def says(
        self, text: str, *, sources: tuple[str, ...] = (), unsure: bool = False,
        mood: Mood | None = None, intent: str = "search_knowledge", after: int = 1,
    ) -> int:  # fmt: skip
        """A turn of the customer, answered out of `sources` or not at all; its inbox id."""
        self.clock.advance(timedelta(minutes=after))
        inbox_id = await self.heard(text)
        answer = say(Language.zh_cn, "answers.unsure")
        if sources:
            labels = "；".join(f"{title} [{n}]" for n, title in enumerate(sources, 1))
            answer = f"如下。[1]\n\n{say(Language.zh_cn, 'answers.sources', sources=labels)}"
        await self.add(self._outgoing(answer, f"reply:{inbox_id}", reply_to=inbox_id))
        chat = self.staff.chats[self.customer.id]
        if unsure:
            await self.add(
                CaseSignal(
                    organisation_id=self.staff.organisation.id, conversation_id=chat,
                    inbox_id=inbox_id, kind=SignalKind.unsure,
                )
            )  # fmt: skip
        async with self.database.unit_of_work() as session:
            touched = Touched(
                conversation_id=chat, person_id=self.customer.id, inbox_id=inbox_id,
                intent=intent, mood=mood,
            )  # fmt: skip
            await VisitService.of(session, self.context()).touch(touched)
        return inbox_id

    async def helped(self, text: str, *, by: Person | None = None) -> None:
        """What somebody of the staff writes to the customer."""
        who = by or self.agent
        inbox_id = await self.heard(text, who)
        await self.add(self._outgoing(text, f"inbox:{inbox_id}:case:1:out", said_by=who.name))

    async def heard(self, text: str, who: Person | None = None) -> int:
        """A message in its writer's own chat."""
        person = who or self.customer
        row = InboxMessage(
            organisation_id=self.staff.organisation.id, channel="fake", bot="bot",
            external_id=f"v{next(self.numbers)}", conversation_id=self.staff.chats[person.id],
            person_id=person.id, text=text, received_at=self.clock.now(),
            status=InboxStatus.done,
        )  # fmt: skip
        await self.add(row)
        return row.id

    async def add(self, row: Table) -> None:
        async with self.database.unit_of_work() as session:
            session.add(row)

    async def leaves(self, **overrides: Any) -> int:
        """Says no more for half an hour; then a process looks. How many visits it finished."""
        self.clock.advance(LEAVES)
        return await self.ender(**overrides).look()

    async def visits(self) -> list[Visit]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Visit).order_by(Visit.id)))

    async def summary(self) -> list[str]:
        """The lines of the newest visit's."""
        return (await self.visits())[-1].summary.splitlines()

    async def follow_ups(self) -> list[FollowUp]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(FollowUp).order_by(FollowUp.id)))

    async def due(self) -> dict[str, str]:
        """What is to follow, by its rule, with its day."""
        rows = await self.follow_ups()
        return {row.order_key.rpartition(":")[2]: f"{row.due_on:%m-%d}" for row in rows}

    async def reads(self, who: Person) -> list[str]:
        return await self.staff.texts(who)

    def goes_to(self, moment: str) -> None:
        """On the organisation's clocks: "2026-11-20 17:00"."""
        zone = ZoneInfo(self.staff.organisation.timezone)
        local = datetime.fromisoformat(moment).replace(tzinfo=zone)
        self.clock.advance(local - self.clock.now())

    def _outgoing(self, text: str, key: str, **values: Any) -> OutboxMessage:
        return OutboxMessage(
            organisation_id=self.staff.organisation.id, key=key, text=text,
            conversation_id=self.staff.chats[self.customer.id], status=OutboxStatus.sent,
            created_at=self.clock.now(), **values,
        )  # fmt: skip


async def a_reception(database: Database, clock: FakeClock) -> Reception:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    staff = Staff(database, clock, organisation)
    staff.person = await staff.joins("陈经理")
    return Reception(
        staff=staff, agent=await staff.joins("李雷", Role.agent),
        customer=await staff.joins("赵敏", Role.customer),
    )  # fmt: skip
