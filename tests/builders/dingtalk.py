"""The DingTalk channel against the emulator, alone and with all that stands below it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from bot.channels.base import Handler
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.places import Chat
from bot.channels.dingtalk.signing import signature
from bot.messages import Address, Event, InboundMessage
from bot.shelf import Shelf
from config.channels import DingtalkSettings
from config.errors import TransientError
from memory.connect import open_redis
from tests.emulators.dingtalk.server import DingtalkEmulator

LI, HAN, GUEST, GROUP = "manager807", "manager808", "guest001", "cidSales=="
BUTTONS = "buttons.schema"


class Desk:
    """Keeps what it is handed, or fails as often as told."""

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.failures = 0

    async def keep(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise TransientError("the database is away")
        self.kept.append(event)

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.kept if isinstance(each, InboundMessage)]


def a_shelf() -> Shelf:
    """Of one organisation, in this process."""
    return Shelf(open_redis(None), 1)


def dingtalk_settings(emulator: DingtalkEmulator, **more: Any) -> DingtalkSettings:
    given = {
        "client_id": emulator.client_id, "client_secret": SecretStr(emulator.client_secret),
        "api": emulator.url, "old_api": emulator.old_url, **more,
    }  # fmt: skip
    return DingtalkSettings(**given)


def a_dingtalk(
    emulator: DingtalkEmulator, shelf: Shelf | None = None, **settings: Any
) -> DingtalkChannel:
    """By stream, unless the settings say otherwise."""
    return DingtalkChannel(dingtalk_settings(emulator, **settings), shelf or a_shelf())


def signed(emulator: DingtalkEmulator, seconds: float = 0) -> dict[str, str]:
    """The headers of a call that DingTalk makes so many seconds from now."""
    timestamp = str(int((time.time() + seconds) * 1000))
    return {"timestamp": timestamp, "sign": signature(emulator.client_secret, timestamp)}


def a_button_card(emulator: DingtalkEmulator) -> str:
    """The id of a template as docs/dingtalk.md wants it."""
    return emulator.template(BUTTONS, text=("content", "chosen"), buttons="buttons").id


def address_of(emulator: DingtalkEmulator, person: str) -> Address:
    return Chat.with_user(person).address(emulator.robot_code)


def group_address(emulator: DingtalkEmulator, group: str = GROUP) -> Address:
    return Chat.of_group(group).address(emulator.robot_code)


@asynccontextmanager
async def receiving(channel: DingtalkChannel, handler: Handler) -> AsyncIterator[None]:
    """The channel runs meanwhile; what ends it early is raised."""
    async with channel, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(channel.run(handler))
        yield
        running.cancel()


async def events(
    emulator: DingtalkEmulator, count: int, channel: DingtalkChannel | None = None
) -> Sequence[Event]:
    """What the channel hands on, as soon as it is so much."""
    seen: asyncio.Queue[Event] = asyncio.Queue()
    async with asyncio.timeout(60), receiving(channel or a_dingtalk(emulator), seen.put):
        return [await seen.get() for _ in range(count)]
