"""A whole service with one channel, whose agent and clock are the test's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from bot.channels.base import Channel
from bot.commands.desk import COMMANDS
from bot.housekeeping import Housekeeper
from bot.menus import Menus
from bot.messages import Address, File
from bot.metrics import Metrics
from bot.notices import OutboxNotifier
from bot.pacing import LocalPacer
from bot.service import Service
from config.i18n import Language
from config.notices import NoticeSettings
from config.settings import ApprovalSettings, Settings
from storage.chats import Chats
from storage.database import Database
from storage.inbox import Inbox
from storage.outbox import Draft, Outbox
from storage.tables.organisation import Organisation
from storage.tables.work import Conversation, OutboxMessage, OutboxStatus
from tests.builders.gateway import a_gateway
from tests.builders.organisation import an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.clock import FakeClock


async def until(found: Callable[[], Awaitable[bool]], within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while not await found():
            await asyncio.sleep(0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The clock stands; `here` is the address of a chat by its id."""

    service: Service
    agent: FakeAgent
    clock: FakeClock
    here: Callable[[str], Address]

    @property
    def database(self) -> Database:
        return self.service.database

    async def queue(
        self, chat: int | str, *texts: str, resend: bool = True, markdown: bool = False,
        files: tuple[File, ...] = (),
    ) -> None:  # fmt: skip
        """Messages that nobody asked for, to a chat that may be new."""
        async with self.database.unit_of_work() as session:
            conversation = await Inbox(self.service.organisation_id, self.clock).conversation(
                session, self.here(str(chat)), private_with=None
            )
            for number, text in enumerate(texts):
                draft = Draft(
                    key=f"{chat}:{number}:{text[:40]}", conversation_id=conversation, text=text,
                    resend=resend, markdown=markdown, files=files,
                )  # fmt: skip
                await self.service.outbox.queue(session, draft)
        self.wake()

    def wake(self, later: timedelta = timedelta(0)) -> None:
        """As if so much time had passed."""
        self.clock.advance(later)
        for delivery in self.service.deliveries:
            delivery.wake()

    async def rows(self, chat: int | str | None = None) -> list[OutboxMessage]:
        """What was queued, in order, to one chat or to all."""
        query = (
            select(OutboxMessage)
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .order_by(OutboxMessage.id)
        )
        async with self.database.reading() as session:
            found = query if chat is None else query.where(Conversation.chat == str(chat))
            return list(await session.scalars(found))

    async def ended(self, chat: int | str | None = None) -> list[OutboxStatus]:
        """How it ended, as soon as all of it did. What is to be sent again later is, at once."""
        open_ = (OutboxStatus.queued, OutboxStatus.sending)

        async def done() -> bool:
            rows = await self.rows(chat)
            if any(row.status is OutboxStatus.queued and row.not_before for row in rows):
                self.wake(timedelta(minutes=10))
            return bool(rows) and all(row.status not in open_ for row in rows)

        await until(done)
        return [row.status for row in await self.rows(chat)]

    async def waits(self, chat: int | str) -> None:
        """Until a message of the chat is to be sent again, later."""

        async def put_off() -> bool:
            rows = await self.rows(chat)
            return any(row.status is OutboxStatus.queued and row.not_before for row in rows)

        await until(put_off)

    async def conversation(self, chat: int | str) -> Conversation | None:
        async with self.database.reading() as session:
            query = select(Conversation).where(Conversation.chat == str(chat))
            found: Conversation | None = await session.scalar(query)
            return found


async def a_service(
    database: Database, channels: dict[str, Channel], agent: FakeAgent, clock: FakeClock
) -> Service:
    """Of the organisation that is there, or of a new one. `channels` are those whose drafts and
    files it has."""
    async with database.unit_of_work() as session:
        known = await session.scalar(select(Organisation).where(Organisation.slug == "acme"))
        organisation = known or await an_organisation(session)
    outbox = Outbox(organisation.id, clock, owner="worker")

    def queued() -> None:
        for delivery in service.deliveries:
            delivery.wake()

    notifier = OutboxNotifier(
        organisation.id, outbox, Language.zh_cn, clock=clock, settings=NoticeSettings()
    )
    service = Service(
        settings=Settings(), organisation_id=organisation.id, clock=clock, database=database,
        outbox=outbox, chats=Chats(organisation.id, clock), pacer=LocalPacer(), metrics=Metrics(),
        gateway=a_gateway(
            database, organisation.id, agent, clock, channels=channels, queued=queued
        ),
        housekeeper=Housekeeper(
            database, organisation.id, notifier, clock=clock, settings=ApprovalSettings()
        ),
        menus=Menus(database, channels, COMMANDS, Language.zh_cn), channels={}, deliveries=[],
    )  # fmt: skip
    return service


@asynccontextmanager
async def a_running_service(
    channel: Channel, database: Database, here: Callable[[str], Address],
    agent: FakeAgent | None = None,
) -> AsyncIterator[Running]:  # fmt: skip
    clock, agent = FakeClock(), agent or FakeAgent()
    service = await a_service(database, {channel.name: channel}, agent, clock)
    async with run_by(service, channel):
        yield Running(service=service, agent=agent, clock=clock, here=here)


@asynccontextmanager
async def run_by(
    service: Service, channel: Channel, within: timedelta = timedelta(minutes=1)
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with channel, asyncio.TaskGroup() as tasks:
        tasks.create_task(service.run([channel], alone=True, stop=stop, within=within))
        yield
        stop.set()
