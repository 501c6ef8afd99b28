"""The Telegram channel against the emulator, alone and with all that stands below it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from bot.channels.base import Duty, Handler
from bot.channels.telegram.channel import TelegramChannel
from bot.messages import Address, Event
from bot.shelf import Shelf
from config.channels import TelegramSettings
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.service import Running, a_service, run_by, until
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
    async with asyncio.timeout(60), receiving(channel or a_telegram(emulator), seen.put):
        return [await seen.get() for _ in range(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Running):
    """A whole service in Telegram, whose agent is the test's."""

    telegram: TelegramEmulator
    channel: TelegramChannel

    async def ended(self, chat: int | str | None = None) -> list[OutboxStatus]:
        """How it ended, as soon as all of it did; the clock stands."""

        async def done() -> bool:
            open_ = (OutboxStatus.queued, OutboxStatus.sending)
            rows = await self.rows(chat)
            return bool(rows) and all(row.status not in open_ for row in rows)

        await until(done)
        return [row.status for row in await self.rows(chat)]


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
    service = await a_service(database, {channel.name: channel}, agent, clock)
    async with run_by(service, channel, stops_within):
        yield Desk(
            service=service, agent=agent, clock=clock, telegram=emulator, channel=channel,
            here=lambda chat: an_address(emulator, chat),
        )  # fmt: skip
