"""The Telegram channel against the emulator, alone and with all that stands below it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.base import Channel, Duty, Handler
from bot.channels.telegram.channel import TelegramChannel
from bot.commands.desk import COMMANDS
from bot.housekeeping import Housekeeper
from bot.menus import Menus
from bot.messages import Address, Event
from bot.metrics import Metrics
from bot.notices import OutboxNotifier
from bot.pacing import LocalPacer
from bot.service import Service
from bot.shelf import Shelf
from config.channels import TelegramSettings
from config.i18n import Language
from config.notices import NoticeSettings
from config.settings import ApprovalSettings, Settings
from storage.chats import Chats
from storage.database import Database
from storage.inbox import Inbox
from storage.outbox import Draft, File, Outbox
from storage.tables.work import Conversation, OutboxMessage, OutboxStatus
from tests.builders.gateway import a_gateway
from tests.builders.organisation import an_organisation
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent
from tests.fakes.clock import FakeClock

SECRET = "a-secret-of-the-webhook"

# The kinds of updates that the service wants to have.
ASKED_FOR = frozenset({
    "message", "edited_message", "callback_query", "my_chat_member", "business_connection",
    "business_message", "edited_business_message", "stopped_message_generation",
})  # fmt: skip


def a_telegram(
    emulator: TelegramEmulator, *, webhook_url: str | None = None, duty: Duty | None = None,
    shelf: Shelf | None = None,
) -> TelegramChannel:  # fmt: skip
    """With `webhook_url` it is called, else it polls."""
    settings = TelegramSettings(
        token=SecretStr(emulator.token), api=emulator.url, webhook_url=webhook_url,
        webhook_secret=SecretStr(SECRET) if webhook_url else None,
    )  # fmt: skip
    return TelegramChannel(settings, duty, shelf)


def an_address(emulator: TelegramEmulator, chat: int | str) -> Address:
    return Address(channel="telegram", bot=str(emulator.bots[0].id), chat=str(chat))


@asynccontextmanager
async def receiving(channel: TelegramChannel, handler: Handler) -> AsyncIterator[None]:
    """The channel runs meanwhile; what ends it early is raised."""
    async with channel, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(channel.run(handler))
        yield
        running.cancel()


async def events(
    emulator: TelegramEmulator, count: int, channel: TelegramChannel | None = None
) -> Sequence[Event]:
    """What the channel hands on, as soon as it is so much."""
    seen: asyncio.Queue[Event] = asyncio.Queue()
    async with asyncio.timeout(10), receiving(channel or a_telegram(emulator), seen.put):
        return [await seen.get() for _ in range(count)]


async def until(found: Callable[[], Awaitable[bool]], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not await found():
            await asyncio.sleep(0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A whole service whose agent is the test's; its clock stands."""

    telegram: TelegramEmulator
    channel: TelegramChannel
    service: Service
    agent: FakeAgent
    clock: FakeClock

    @property
    def database(self) -> Database:
        return self.service.database

    async def queue(
        self, chat: int, *texts: str, resend: bool = True, markdown: bool = False,
        files: tuple[File, ...] = (),
    ) -> None:  # fmt: skip
        """Messages that nobody asked for, to a chat that may be new."""
        async with self.database.unit_of_work() as session:
            conversation = await Inbox(self.service.organisation_id, self.clock).conversation(
                session, an_address(self.telegram, chat), private_with=None
            )
            for text in texts:
                draft = Draft(
                    key=f"{chat}:{text[:40]}", conversation_id=conversation, text=text,
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
        """What was queued, in order."""
        query = (
            select(OutboxMessage)
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .order_by(OutboxMessage.id)
        )
        async with self.database.reading() as session:
            found = query if chat is None else query.where(Conversation.chat == str(chat))
            return list(await session.scalars(found))

    async def ended(self, chat: int | str | None = None) -> list[OutboxStatus]:
        """How it ended, as soon as all of it did."""

        async def done() -> bool:
            open_ = (OutboxStatus.queued, OutboxStatus.sending)
            rows = await self.rows(chat)
            return bool(rows) and all(row.status not in open_ for row in rows)

        await until(done)
        return [row.status for row in await self.rows(chat)]

    async def waits(self, chat: int) -> None:
        """Until the first message of the chat is to be sent again, later."""

        async def put_off() -> bool:
            return any(
                row.status is OutboxStatus.queued and row.not_before
                for row in await self.rows(chat)
            )

        await until(put_off)

    async def conversation(self, chat: int | str) -> Conversation | None:
        async with self.database.reading() as session:
            query = select(Conversation).where(Conversation.chat == str(chat))
            found: Conversation | None = await session.scalar(query)
            return found


@asynccontextmanager
async def a_desk(
    emulator: TelegramEmulator,
    database: Database,
    agent: FakeAgent | None = None,
    channel: TelegramChannel | None = None,
    *,
    stops_within: timedelta = timedelta(minutes=1),
) -> AsyncIterator[Desk]:
    clock, agent, channel = FakeClock(), agent or FakeAgent(), channel or a_telegram(emulator)
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    outbox = Outbox(organisation.id, clock, owner="worker")
    channels: dict[str, Channel] = {channel.name: channel}

    def queued() -> None:
        for delivery in service.deliveries:
            delivery.wake()

    service = Service(
        settings=Settings(), organisation_id=organisation.id, clock=clock, database=database,
        outbox=outbox, chats=Chats(organisation.id, clock), pacer=LocalPacer(), metrics=Metrics(),
        gateway=a_gateway(
            database, organisation.id, agent, clock, channels=channels,
            queued=queued,
        ),
        housekeeper=Housekeeper(
            database, organisation.id,
            OutboxNotifier(
                organisation.id, outbox, Language.zh_cn, clock=clock, settings=NoticeSettings()
            ),
            clock=clock, settings=ApprovalSettings(),
        ),
        menus=Menus(database, channels, COMMANDS, Language.zh_cn),
        channels={}, deliveries=[],
    )  # fmt: skip
    stop = asyncio.Event()
    async with channel, asyncio.TaskGroup() as tasks:
        tasks.create_task(service.run([channel], alone=True, stop=stop, within=stops_within))
        yield Desk(telegram=emulator, channel=channel, service=service, agent=agent, clock=clock)
        stop.set()
