"""Telegram end to end: what people write is answered, once, in order, wherever they write."""

import asyncio
from datetime import timedelta

from agent.contract import Reply, Turn
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.telegram import a_desk
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent

LI, HAN = 5001, 5002


async def test_what_is_written_is_answered(telegram: TelegramEmulator, database: Database) -> None:
    async with a_desk(telegram, database):
        asked = telegram.user(LI, "李雷").says("你好")
        answer = await telegram.answer(LI, after=asked)
    assert answer["text"] == "echo: 你好"


async def test_a_redelivered_update_is_answered_once(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("duplicate", count=2)
    async with a_desk(telegram, database):
        for text in ("one", "two"):
            telegram.user(LI).says(text)
        await telegram.wait_for(lambda: len(telegram.answers(LI)) == 2)
        last = telegram.user(LI).says("three")
        await telegram.answer(LI, after=last)
    assert [each["text"] for each in telegram.answers(LI)] == [
        "echo: one", "echo: two", "echo: three",
    ]  # fmt: skip


async def test_answers_keep_the_order_of_each_chat(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("shuffle", count=None)
    telegram.fault("gap", count=3)
    async with a_desk(telegram, database):
        for number in range(4):
            for person in (LI, HAN):
                telegram.user(person).says(str(number))
        for person in (LI, HAN):
            await telegram.wait_for(lambda who=person: len(telegram.answers(who)) == 4)  # type: ignore[misc]
    for person in (LI, HAN):
        texts = [each["text"] for each in telegram.answers(person)]
        assert texts == [f"echo: {number}" for number in range(4)]


async def test_a_slow_chat_delays_nobody_else(
    telegram: TelegramEmulator, database: Database
) -> None:
    slow = telegram.fault("slow", method="sendMessage", chat=LI, value=60)
    async with a_desk(telegram, database, stops_within=timedelta(0)) as desk:
        telegram.user(LI).says("hello")
        await telegram.wait_for(lambda: slow.hits)
        for number in range(3):
            asked = telegram.user(HAN).says(str(number))
            await telegram.answer(HAN, after=asked)
        assert [row.status for row in await desk.rows(LI)] == [OutboxStatus.sending]
        assert await desk.ended(HAN) == [OutboxStatus.sent] * 3


async def test_a_slow_answer_of_the_agent_delays_nobody_else(
    telegram: TelegramEmulator, database: Database
) -> None:
    free = asyncio.Event()

    async def answer(turn: Turn) -> Reply:
        if turn.text == "think":
            await free.wait()
        return Reply(text=turn.text)

    async with a_desk(telegram, database, FakeAgent(answer)):
        telegram.user(LI).says("think")
        asked = telegram.user(HAN).says("quick")
        await telegram.answer(HAN, after=asked)
        assert telegram.answers(LI) == []
        free.set()
        assert (await telegram.answer(LI))["text"] == "think"
