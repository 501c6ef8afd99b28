"""What the doctor says about Telegram."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramConflictError
from fastapi import FastAPI, Response
from pydantic import SecretStr

from bot.channels.telegram.check import check_telegram
from bot.findings import Finding
from config.channels import TelegramSettings
from tests.emulators.serving import served
from tests.emulators.telegram.server import TelegramEmulator

_SECRET = "a-secret-of-the-webhook"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(flood=0) as opened:
        yield opened


def polling(telegram: TelegramEmulator) -> TelegramSettings:
    return TelegramSettings(token=SecretStr(telegram.token), api=telegram.url)


def hooked(telegram: TelegramEmulator, url: str) -> TelegramSettings:
    return TelegramSettings(
        token=SecretStr(telegram.token), api=telegram.url, webhook_url=url,
        webhook_secret=SecretStr(_SECRET),
    )  # fmt: skip


async def call(telegram: TelegramEmulator, method: str, **arguments: str) -> Any:
    async with httpx.AsyncClient() as http:
        url = f"{telegram.url}/bot{telegram.token}/{method}"
        answer = await http.post(url, data=arguments)
    assert answer.status_code == 200
    return answer.json()["result"]


async def set_webhook(telegram: TelegramEmulator, url: str) -> None:
    await call(telegram, "setWebhook", url=url, secret_token=_SECRET)


async def updates_of(settings: TelegramSettings, *, alone: bool = False) -> Finding:
    """What is said about the updates of a bot that is well itself."""
    introduced, updates = await check_telegram(settings, alone=alone)
    assert introduced.fine
    return updates


async def test_a_bot_that_is_polled_is_well(telegram: TelegramEmulator) -> None:
    telegram.user(5001).says("hello")
    introduced, updates = await check_telegram(polling(telegram), alone=True)
    assert "@huoke_1_bot" in introduced.seen
    assert updates == Finding(part="Telegram updates", fine=True, seen="polling, 1 waiting")


async def test_looking_takes_no_update_away(telegram: TelegramEmulator) -> None:
    telegram.user(5001).says("hello")
    await check_telegram(polling(telegram), alone=True)
    [update] = await call(telegram, "getUpdates")
    assert update["message"]["text"] == "hello"


async def test_an_unknown_token_is_named(telegram: TelegramEmulator) -> None:
    settings = TelegramSettings(token=SecretStr("42:unknown"), api=telegram.url)
    [finding] = await check_telegram(settings)
    assert not finding.fine
    assert "TELEGRAM__TOKEN" in finding.advice
    assert "unknown" not in finding.seen + finding.advice


async def test_nobody_there_is_a_matter_of_the_network() -> None:
    settings = TelegramSettings(token=SecretStr("42:unknown"), api="http://127.0.0.1:1")
    [finding] = await check_telegram(settings)
    assert not finding.fine
    assert "127.0.0.1" in finding.seen
    assert "network" in finding.advice


async def test_an_answer_that_is_none_is_no_crash(telegram: TelegramEmulator) -> None:
    telegram.fault("malformed", method="getWebhookInfo")
    assert not (await updates_of(polling(telegram))).fine


async def test_another_program_that_polls_is_found(telegram: TelegramEmulator) -> None:
    asked = await _begin_to_poll(telegram)
    finding = await updates_of(polling(telegram), alone=True)
    asked.cancel()
    assert not finding.fine
    assert "another program" in finding.seen


async def test_our_own_polling_is_left_in_peace(telegram: TelegramEmulator) -> None:
    asked = await _begin_to_poll(telegram)
    assert (await updates_of(polling(telegram))).fine
    asked.cancel()
    assert [each for each in telegram.refusals if each["code"] == 409] == []


async def _begin_to_poll(telegram: TelegramEmulator) -> asyncio.Task[None]:
    polling = asyncio.create_task(_poll_for_ever(telegram))
    while telegram.bots[0].poll is None:
        await asyncio.sleep(0.01)
    return polling


async def _poll_for_ever(telegram: TelegramEmulator) -> None:
    server = TelegramAPIServer.from_base(telegram.url)
    async with Bot(telegram.token, session=AiohttpSession(api=server)) as bot:
        while True:
            try:
                await bot.get_updates(timeout=30)
            except TelegramConflictError:
                await asyncio.sleep(0.1)


async def test_somebody_else_s_webhook_is_in_the_way_of_polling(telegram: TelegramEmulator) -> None:
    await set_webhook(telegram, "http://elsewhere.example/x")
    finding = await updates_of(polling(telegram), alone=True)
    assert not finding.fine
    assert "elsewhere.example" in finding.seen


@pytest.mark.parametrize("there", ["", "http://elsewhere.example/x"])
async def test_a_webhook_that_is_not_ours_is_named(telegram: TelegramEmulator, there: str) -> None:
    if there:
        await set_webhook(telegram, there)
    finding = await updates_of(hooked(telegram, "http://here.example/telegram"))
    assert not finding.fine
    assert ("elsewhere.example" if there else "no webhook") in finding.seen


@pytest.mark.parametrize(
    ("status", "fine", "advice"), [(200, True, ""), (401, False, "secret"), (502, False, "address")]
)
async def test_a_webhook_is_judged_by_its_last_answer(
    telegram: TelegramEmulator, status: int, fine: bool, advice: str
) -> None:
    app = FastAPI()
    app.post("/telegram")(lambda: Response(status_code=status))
    async with served(app) as url:
        ours = f"{url}/telegram"
        await set_webhook(telegram, ours)
        telegram.user(5001).says("hello")
        hook, updates = telegram.bots[0].webhook, telegram.bots[0].updates
        await telegram.wait_for(lambda: bool(hook.error) or not updates.pending or None)
        finding = await updates_of(hooked(telegram, ours))
    assert finding.fine is fine
    assert advice in finding.advice
    assert (str(status) in finding.seen) is not fine
