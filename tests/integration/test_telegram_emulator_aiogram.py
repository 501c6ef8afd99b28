"""A whole aiogram bot lives on the emulator: by long polling, and by its own webhook server."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import SendMessage
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.emulators.telegram.server import TelegramEmulator

LI = 5001


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(flood=0) as emulator:
        yield emulator


@pytest.fixture
async def bot(emulator: TelegramEmulator) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(emulator.url))
    async with Bot(emulator.token, session=session).context() as bot:
        yield bot


@pytest.fixture
def dispatcher() -> Dispatcher:
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> SendMessage:
        return message.answer(f"你说：{message.text}")

    return dispatcher


async def test_by_polling(emulator: TelegramEmulator, bot: Bot, dispatcher: Dispatcher) -> None:
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    emulator.fault("restart", method="getUpdates")
    emulator.fault("reset_after", method="getUpdates")
    said = emulator.user(LI, "李雷").says("在吗")
    assert (await emulator.answer(LI, after=said, within=30))["text"] == "你说：在吗"
    await dispatcher.stop_polling()
    await polling


@pytest.mark.parametrize("background", [True, False])
async def test_by_webhook(
    emulator: TelegramEmulator, bot: Bot, dispatcher: Dispatcher, background: bool
) -> None:
    """Without the background, aiogram's answer to the webhook is itself the call, as multipart."""
    handler = SimpleRequestHandler(
        dispatcher, bot, handle_in_background=background, secret_token="s-1"
    )
    application = web.Application()
    handler.register(application, path="/tg")
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/tg", secret_token="s-1")
    said = emulator.user(LI, "李雷").says("在吗")
    assert (await emulator.answer(LI, after=said))["text"] == "你说：在吗"
    await emulator.wait_for(lambda: emulator.ledger.updates("confirmed"))
    await emulator.close()
    await runner.cleanup()


async def test_a_wrong_secret_is_refused_by_aiogram(
    emulator: TelegramEmulator, bot: Bot, dispatcher: Dispatcher
) -> None:
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token="s-2").register(application, path="/tg")
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/tg", secret_token="s-1")
    emulator.user(LI, "李雷").says("在吗")
    [failed] = await emulator.wait_for(lambda: emulator.ledger.updates("failed")[:1])
    assert failed["reason"] == "Wrong response from the webhook: 401 Unauthorized"
    await emulator.close()
    await runner.cleanup()
