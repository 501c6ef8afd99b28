"""The channel against an emulator of other people (lo-bot-api-emulator), which refuses every field
that its contract does not know: what ours let pass by mistake would show here."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator
from pydantic import SecretStr

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.receiving import UPDATES
from bot.messages import Address, Button, Event, File, InboundMessage, OutboundMessage
from config.channels import TelegramSettings
from config.errors import PermanentError

TOKEN = "123456:another-emulator"
WRITTEN = {
    "message": {
        "message_id": 7, "date": 1_700_000_000, "chat": {"id": 55, "type": "private"},
        "from": {"id": 55, "is_bot": False, "first_name": "Li"}, "text": "今天抖音来了多少线索？",
    }
}  # fmt: skip


@pytest.fixture
async def emulator() -> LoBotApiEmulator:
    return LoBotApiEmulator()


@pytest.fixture
async def channel(emulator: LoBotApiEmulator) -> AsyncIterator[TelegramChannel]:
    runner = web.AppRunner(emulator.app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    settings = TelegramSettings(token=SecretStr(TOKEN), api=f"http://127.0.0.1:{port}")
    async with TelegramChannel(settings) as opened:
        yield opened
    await runner.cleanup()


def a_message(text: str, **more: object) -> OutboundMessage:
    here = Address(channel="telegram", bot="123456", chat="55")
    return OutboundMessage(address=here, text=text, **more)  # type: ignore[arg-type]


async def send(channel: TelegramChannel, message: OutboundMessage) -> list[str]:
    return [await channel.send(part) for part in channel.parts(message)]


async def test_what_somebody_writes_arrives(
    emulator: LoBotApiEmulator, channel: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It refuses names of updates that are newer than it is.
    known = tuple(each for each in UPDATES if each != "stopped_message_generation")
    monkeypatch.setattr("bot.channels.telegram.channel.UPDATES", known)
    seen: asyncio.Queue[Event] = asyncio.Queue()
    await emulator.enqueue_update(WRITTEN, token=TOKEN)
    running = asyncio.create_task(channel.run(seen.put))
    async with asyncio.timeout(60):
        event = await seen.get()
    running.cancel()
    assert isinstance(event, InboundMessage)
    assert (event.text, event.sender_id) == (WRITTEN["message"]["text"], "55")


async def test_texts_buttons_and_files_are_within_its_contract(
    emulator: LoBotApiEmulator, channel: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one field of ours that it says it does not support yet.
    monkeypatch.setattr("bot.channels.telegram.sending.NO_PREVIEW", None)
    button = Button(label="同意 P-1", send="/approve P-1", key="12.0")
    report = File(name="report.csv", media_type="text/csv", content=b"a,b\n1,2\n")
    assert await send(channel, a_message("好的。", buttons=(button,)))
    assert await send(channel, a_message("**bold** `code`", markdown=True))
    assert len(await send(channel, a_message("长" * 9_000))) == 3
    assert await send(channel, a_message("报表", files=(report,)))
    refused = [each for each in emulator.requests if each["status"] >= 400]
    assert refused == []


async def test_its_refusals_are_ours(channel: TelegramChannel) -> None:
    button = Button(label="x", send="x", key="k" * 65)
    with pytest.raises(PermanentError):
        await channel.send(a_message("too much in a button", buttons=(button,)))
