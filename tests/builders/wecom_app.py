"""A self-built app of WeCom against the emulator, called over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from bot.channels.base import Handler, WebhookChannel
from bot.channels.wecom.app.channel import WecomAppChannel
from bot.channels.wecom.text import INVISIBLE
from bot.findings import Finding
from bot.http.app import open_app
from bot.messages import Address, Event, OutboundMessage
from bot.metrics import Metrics
from bot.shelf import Shelf
from config.channels import WecomAppSettings
from memory.connect import open_redis
from storage.database import Database
from tests.builders.service import Running, a_running_service
from tests.emulators.serving import served
from tests.emulators.wecom.server import WecomEmulator
from tests.emulators.wecom.world import Shown
from tests.fakes.agent import FakeAgent

LI, HAN = "lilei", "hanmeimei"
MAX_BODY = 1_000_000


def settings_for(emulator: WecomEmulator, **changed: Any) -> WecomAppSettings:
    app = emulator.app
    known = {
        "corp_id": emulator.world.corp_id, "agent_id": app.agent_id, "token": app.token,
        "secret": SecretStr(app.secret), "aes_key": app.aes_key, "api": emulator.url,
    }  # fmt: skip
    return WecomAppSettings(**(known | changed))


def a_shelf() -> Shelf:
    return Shelf(open_redis(None), 1)


def an_address(emulator: WecomEmulator, member: str = LI) -> Address:
    return Address(channel="wecom_app", bot=str(emulator.app.agent_id), chat=member)


@asynccontextmanager
async def called(channel: WebhookChannel) -> AsyncIterator[str]:
    """The channel's webhook, as the service has it; yields its URL."""
    app = open_app(
        webhooks={channel.name: channel}, ready=_ready, stopping=asyncio.Event(),
        metrics=Metrics(), max_body_bytes=MAX_BODY,
    )  # fmt: skip
    async with served(app) as url:
        yield f"{url}/{channel.name}"


class ServedApp(WecomAppChannel):
    """While it runs the emulator calls it; what happens before waits at the emulator."""

    def __init__(self, emulator: WecomEmulator, shelf: Shelf | None = None, **changed: Any) -> None:
        super().__init__(settings_for(emulator, **changed), shelf or a_shelf())
        self._emulator = emulator

    async def run(self, handler: Handler) -> None:
        async with called(self) as url, asyncio.TaskGroup() as tasks:
            tasks.create_task(super().run(handler))
            await asyncio.sleep(0)
            self._emulator.calls(url)
            try:
                await asyncio.Event().wait()
            finally:
                self._emulator.calls("")


@asynccontextmanager
async def receiving(channel: WecomAppChannel, handler: Handler) -> AsyncIterator[None]:
    """The channel runs meanwhile; what ends it early is raised."""
    async with channel, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(channel.run(handler))
        yield
        running.cancel()


async def events(emulator: WecomEmulator, count: int) -> Sequence[Event]:
    """What the channel hands on, as soon as it is so much."""
    seen: asyncio.Queue[Event] = asyncio.Queue()
    async with asyncio.timeout(60), receiving(ServedApp(emulator), seen.put):
        return [await seen.get() for _ in range(count)]


async def sent(channel: WecomAppChannel, message: OutboundMessage) -> list[str]:
    """The ids of its parts."""
    return [await channel.send(part) for part in channel.parts(message)]


@asynccontextmanager
async def a_desk(
    emulator: WecomEmulator, database: Database, agent: FakeAgent | None = None
) -> AsyncIterator[Running]:
    channel = ServedApp(emulator)
    async with a_running_service(
        channel, database, lambda member: an_address(emulator, member), agent
    ) as running:
        yield running


def words(shown: Shown) -> str:
    """What can be read of a message, in order."""
    if shown.type != "template_card":
        return str(shown.content.get("content", "")).rstrip(INVISIBLE)
    lines = [shown.content["main_title"]["title"], shown.content.get("sub_title_text", "")]
    return "\n".join(line for line in lines if line)


def texts(emulator: WecomEmulator, member: str = LI) -> list[str]:
    return [words(shown) for shown in emulator.screen(member)]


async def _ready() -> list[Finding]:
    return []
