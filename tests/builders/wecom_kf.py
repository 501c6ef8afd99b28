"""微信客服 against the emulator, called over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from bot.channels.base import Cursors, Duty, Handler
from bot.channels.wecom.kf.channel import WecomKfChannel
from bot.channels.wecom.kf.pulling import Pauses
from bot.messages import Address, Event, OutboundMessage
from config.channels import WecomKfSettings
from config.errors import TransientError
from storage.cursors import Cursors as StoredCursors
from storage.database import Database
from tests.builders.service import Running, a_running_service
from tests.builders.wecom_app import called
from tests.emulators.wecom.kf.people import Customer
from tests.emulators.wecom.kf.server import WecomKfEmulator
from tests.emulators.wecom.kf.world import KF_AGENT, KF_SECRET
from tests.fakes.agent import FakeAgent

# Nothing is waited for longer than a test can see.
QUICK = Pauses(first=0.01, last=0.05, look=0.05)


class KeptCursors:
    """In memory; the database is away so often when something is to be kept."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.away = 0

    async def get(self, channel: str, name: str) -> str:
        return self.kept.get(name, "")

    async def keep(self, channel: str, name: str, value: str) -> None:
        if self.away:
            self.away -= 1
            raise TransientError("the database is away")
        self.kept[name] = value


def settings_for(emulator: WecomKfEmulator, **changed: Any) -> WecomKfSettings:
    app = emulator.world.apps[KF_AGENT]
    known = {
        "corp_id": emulator.world.corp_id, "secret": SecretStr(KF_SECRET), "token": app.token,
        "aes_key": app.aes_key, "api": emulator.url,
    }  # fmt: skip
    return WecomKfSettings(**(known | changed))


def address_of(customer: Customer) -> Address:
    return Address(channel="wecom_kf", bot=customer.account.open_kfid, chat=customer.id)


def an_uncalled_kf(emulator: WecomKfEmulator, cursors: Cursors) -> WecomKfChannel:
    """Nobody tells it that there is news."""
    return WecomKfChannel(settings_for(emulator), cursors, None, QUICK)


class ServedKf(WecomKfChannel):
    """While it runs the emulator calls it; what happens before waits at the emulator."""

    def __init__(
        self,
        emulator: WecomKfEmulator,
        cursors: Cursors | None = None,
        duty: Duty | None = None,
        **changed: Any,
    ) -> None:
        super().__init__(settings_for(emulator, **changed), cursors or KeptCursors(), duty, QUICK)
        self._emulator = emulator

    async def run(self, handler: Handler) -> None:
        async with called(self) as url, asyncio.TaskGroup() as tasks:
            tasks.create_task(super().run(handler))
            await asyncio.sleep(0)
            self._emulator.calls(url, KF_AGENT)
            try:
                await asyncio.Event().wait()
            finally:
                self._emulator.calls("", KF_AGENT)


@asynccontextmanager
async def receiving(channel: WecomKfChannel, handler: Handler) -> AsyncIterator[None]:
    """The channel runs meanwhile; what ends it early is raised."""
    async with asyncio.timeout(60), channel, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(channel.run(handler))
        yield
        running.cancel()


async def events(
    emulator: WecomKfEmulator, count: int, cursors: Cursors | None = None
) -> Sequence[Event]:
    """What the channel hands on, as soon as it is so much."""
    seen: asyncio.Queue[Event] = asyncio.Queue()
    async with receiving(ServedKf(emulator, cursors), seen.put):
        return [await seen.get() for _ in range(count)]


async def sent(channel: WecomKfChannel, to: Customer, text: str, **more: Any) -> list[str]:
    """The ids of its parts."""
    message = OutboundMessage(address=address_of(to), text=text, **more)
    return [await channel.send(part) for part in channel.parts(message)]


@asynccontextmanager
async def a_desk(
    emulator: WecomKfEmulator,
    database: Database,
    agent: FakeAgent | None = None,
    cursors: Cursors | None = None,
) -> AsyncIterator[Running]:
    channel = ServedKf(emulator, cursors or StoredCursors(database, 1))
    account = emulator.account.open_kfid
    async with a_running_service(
        channel, database, lambda chat: Address(channel="wecom_kf", bot=account, chat=chat), agent
    ) as running:
        yield running


def texts(customer: Customer, emulator: WecomKfEmulator) -> list[str]:
    """What can be read of what a customer was sent, message by message."""
    return ["\n".join(_lines(shown, emulator)) for shown in customer.screen]


def _lines(shown: dict[str, Any], emulator: WecomKfEmulator) -> list[str]:
    content = shown["content"]
    if shown["type"] == "text":
        return [content["content"]]
    if shown["type"] == "msgmenu":
        labels = [item["click"]["content"] for item in content["list"]]
        return [content.get("head_content", ""), *labels]
    stored = emulator.world.stored(content["media_id"])
    inside = stored.content.decode() if stored.name.endswith(".txt") else ""
    return [stored.name, inside]
