"""A customer who is served by somebody of the staff, each in a chat of their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select

from agent.contract import Turn
from bot.gateway import Gateway
from bot.messages import Address, InboundMessage
from config.roles import Role
from storage.database import Database
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.tables.case import Case, CaseReason
from storage.tables.organisation import Organisation, Person
from storage.tables.work import OutboxMessage
from tests.builders.context import a_context
from tests.builders.gateway import a_desk, a_gateway
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.clock import FakeClock
from tools.context import ToolContext
from tools.people.service import bind
from tools.support.staff import CaseService, Desk, Wanted


@dataclass(slots=True)
class Counter:
    """Chats and accounts are called as the people are."""

    database: Database
    organisation: Organisation
    clock: FakeClock
    agent: FakeAgent
    desk: Desk
    people: dict[str, Person]
    chats: dict[str, int]

    def gateway(self, owner: str = "worker") -> Gateway:
        """Of one process."""
        return a_gateway(
            self.database, self.organisation.id, self.agent, self.clock, owner=owner,
            open_tools=self._tools,
        )  # fmt: skip

    async def joins(self, name: str, role: Role) -> None:
        async with self.database.unit_of_work() as session:
            person = await a_person(session, self.organisation, name=name, role=role)
            await bind(session, person, self.clock, channel="fake", external_id=name)
            self.people[name] = person
            self.chats[name] = await Inbox(self.organisation.id, self.clock).conversation(
                session, Address(channel="fake", bot="bot", chat=name), private_with=person.id
            )

    async def wants_a_person(
        self, customer: str = "Zhao", order: str = "inbox:0", question: str = ""
    ) -> Case:
        async with self.database.unit_of_work() as session:
            wanted = Wanted(
                conversation_id=self.chats[customer], customer_id=self.people[customer].id,
                reason=CaseReason.asked, order_key=f"{order}:{customer}",
                question=question,
            )  # fmt: skip
            return (await CaseService(session, self.desk).request(wanted)).case

    async def takes(self, who: str, case: Case, order: str = "inbox:0") -> None:
        await self.does(
            lambda service, found: service.take(
                found, self.people[who], self.chats[who], f"{order}:{who}"
            ),
            case,
        )

    async def does(
        self, what: Callable[[CaseService, Case], Awaitable[object]], case: Case
    ) -> None:
        async with self.database.unit_of_work() as session:
            service = CaseService(session, self.desk)
            await what(service, await service.get(case.ref))

    def _tools(self, turn: Turn) -> ToolContext:
        return a_context(
            self.database, self.organisation, self.people[turn.asker.name], self.clock,
            conversation_id=turn.conversation_id, order_key=f"inbox:{turn.inbox_id}",
            notifier=self.desk.notifier,
        )  # fmt: skip

    async def told(self, who: str) -> list[str]:
        async with self.database.reading() as session:
            rows = await session.scalars(
                select(OutboxMessage.text)
                .where(OutboxMessage.conversation_id == self.chats[who])
                .order_by(OutboxMessage.id)
            )
            return list(rows)


async def a_counter(database: Database, clock: FakeClock) -> Counter:
    """李雷 and 韩梅梅 serve; Zhao is a customer."""
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    outbox = Outbox(organisation.id, clock, owner="worker")
    counter = Counter(
        database, organisation, clock, FakeAgent(), a_desk(organisation.id, outbox, clock), {}, {}
    )
    for name, role in (("李雷", Role.agent), ("韩梅梅", Role.agent), ("Zhao", Role.customer)):
        await counter.joins(name, role)
    return counter


def said(who: str, text: str, id_: str) -> InboundMessage:
    return InboundMessage(
        external_id=id_, address=Address(channel="fake", bot="bot", chat=who), sender_id=who,
        sender_name=who, text=text,
    )  # fmt: skip
