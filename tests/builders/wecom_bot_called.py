"""The WeCom AI bot in URL mode, behind our real HTTP application, called by the emulator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from pydantic import SecretStr
from redis.asyncio import Redis

from bot.channels.wecom.bot.called import CalledWecomBot
from bot.channels.wecom.bot.tokens import read_token
from bot.findings import Finding
from bot.http.app import open_app
from bot.messages import Event, InboundMessage
from bot.metrics import Metrics
from bot.shelf import Shelf
from config.channels import WecomCallback, WecomSettings
from config.errors import TransientError
from memory.connect import open_redis
from tests.builders.wecom_bot import Desk, receiving
from tests.emulators.serving import served
from tests.emulators.wecom.bot.caller import Caller
from tests.emulators.wecom.bot.server import WecomBotEmulator

TOKEN, AES_KEY = "token-of-the-callback", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class CalledDesk(Desk):
    """With what WeCom calls. While it `fails`, nothing is kept."""

    channel: CalledWecomBot
    caller: Caller
    fails = False

    async def asked(self, text: str = "问") -> InboundMessage:
        """What Li said."""
        self.emulator.user("lilei").says(text)
        return await self.message()

    async def keep(self, event: Event) -> None:
        if self.fails:
            raise TransientError("the database is away")
        await self.seen.put(event)


def a_called_bot(emulator: WecomBotEmulator, redis: Redis, patience: float = 5.0) -> CalledWecomBot:
    callback = WecomCallback(token=SecretStr(TOKEN), aes_key=SecretStr(AES_KEY))
    settings = WecomSettings(bot_id=emulator.bot_id, callback=callback, api=emulator.api)
    return CalledWecomBot(settings, Shelf(redis, 1), patience=patience)


@asynccontextmanager
async def a_called_desk(
    emulator: WecomBotEmulator, *, patience: float = 5.0
) -> AsyncIterator[CalledDesk]:
    """WeCom knows the URL and has checked it."""
    redis = open_redis(None)
    desk = CalledDesk(emulator, a_called_bot(emulator, redis, patience))
    app = open_app(
        webhooks={"wecom": desk.channel}, ready=_fine, stopping=asyncio.Event(),
        metrics=Metrics(), max_body_bytes=1_000_000,
    )  # fmt: skip
    async with served(app) as url, receiving(desk.channel, desk.keep):
        desk.caller = await emulator.calls(f"{url}/wecom", TOKEN, AES_KEY)
        async with asyncio.timeout(60):
            while not await desk.caller.checks_the_url():
                await asyncio.sleep(0.01)
        try:
            yield desk
        finally:
            await desk.caller.close()
            await redis.aclose()


def without_stream(message: InboundMessage) -> InboundMessage:
    """As if WeCom asked no more."""
    token = read_token(message.reply_token)
    assert token is not None
    return replace(message, reply_token=replace(token, at=token.at - 400).written())


async def _fine() -> list[Finding]:
    return []
