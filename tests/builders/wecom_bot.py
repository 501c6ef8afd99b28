"""The WeCom AI bot against the emulator, by long connection."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from pydantic import SecretStr

from bot.channels.base import Channel, Duty, Handler
from bot.channels.wecom.bot.channel import WecomBot
from bot.channels.wecom.bot.timing import Timing
from bot.messages import Address, Event, InboundMessage, OutboundMessage
from config.channels import WecomSettings
from tests.emulators.wecom.bot.server import WecomBotEmulator

# Nothing is waited for longer than a test can see.
QUICK = Timing(
    ack=2.0, ping=5.0, steady=0.0, first_retry=0.01, last_retry=0.1, draft=0.0, slow_draft=0.0
)


def settings_for(emulator: WecomBotEmulator, **changed: Any) -> WecomSettings:
    known = {
        "bot_id": emulator.bot_id, "secret": SecretStr(emulator.secret), "websocket": emulator.ws,
        "api": emulator.api,
    }  # fmt: skip
    return WecomSettings(**(known | changed))


def a_wecom_bot(
    emulator: WecomBotEmulator, *, duty: Duty | None = None, timing: Timing = QUICK
) -> WecomBot:
    return WecomBot(settings_for(emulator), duty, timing=timing)


def an_address(emulator: WecomBotEmulator, chat: str) -> Address:
    return Address(channel="wecom", bot=emulator.bot_id, chat=chat)


@asynccontextmanager
async def receiving(channel: Channel, handler: Handler) -> AsyncIterator[None]:
    """The channel runs meanwhile; what ends it early is raised."""
    async with channel, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(channel.run(handler))
        yield
        running.cancel()


class Desk:
    """A channel that runs, and what it handed on."""

    def __init__(self, emulator: WecomBotEmulator, channel: Channel) -> None:
        self.emulator = emulator
        self.channel = channel
        self.seen: asyncio.Queue[Event] = asyncio.Queue()

    async def message(self) -> InboundMessage:
        """The next one."""
        async with asyncio.timeout(60):
            event = await self.seen.get()
        assert isinstance(event, InboundMessage)
        return event

    async def answer(self, to: InboundMessage, text: str, **more: Any) -> list[str]:
        """Send an answer in its parts; returns their ids."""
        message = self.reply(to, text, **more)
        return [await self.channel.send(part) for part in self.channel.parts(message)]

    async def draft(self, to: InboundMessage, text: str) -> None:
        await self.channel.draft(self.reply(to, text))

    def reply(self, to: InboundMessage, text: str, **more: Any) -> OutboundMessage:
        return OutboundMessage(
            address=to.address, text=text, key=f"reply:{to.external_id}",
            reply_token=to.reply_token, **more,
        )  # fmt: skip

    async def push(self, chat: str, text: str, **more: Any) -> list[str]:
        """Something that nobody asked for."""
        message = OutboundMessage(address=an_address(self.emulator, chat), text=text, **more)
        return [await self.channel.send(part) for part in self.channel.parts(message)]


@asynccontextmanager
async def a_desk(
    emulator: WecomBotEmulator, channel: WecomBot | None = None, *, timing: Timing = QUICK
) -> AsyncIterator[Desk]:
    """Connected."""
    desk = Desk(emulator, channel or a_wecom_bot(emulator, timing=timing))
    async with receiving(desk.channel, desk.seen.put):
        await emulator.until(lambda: desk.channel.chats is None)
        yield desk


class ConnectedBot(WecomBot):
    """Connected from `async with` on; what comes before `run` waits for it."""

    async def __aenter__(self) -> Self:
        self._wanted: asyncio.Future[Handler] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(super().run(self._hand))
        async with asyncio.timeout(60):
            while self.chats is not None:
                await asyncio.sleep(0.005)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._running.cancel()
        await asyncio.wait({self._running})
        await super().__aexit__()

    async def run(self, handler: Handler) -> None:
        self._wanted.set_result(handler)
        await asyncio.wait({self._running})

    async def _hand(self, event: Event) -> None:
        handler = await asyncio.shield(self._wanted)
        await handler(event)


def texts(emulator: WecomBotEmulator, chat: str) -> Sequence[str]:
    """What the bot said in a chat, as people see it."""
    return [each.content for each in emulator.shown(chat) if each.content]
