"""What was received is kept: WeCom does not send it again."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.channels.wecom.bot.intake import Intake
from bot.messages import Event, InboundMessage
from config.errors import TransientError
from tests.builders.wecom_bot import a_wecom_bot, receiving
from tests.emulators.wecom.bot.server import WecomBotEmulator


async def test_a_message_that_cannot_be_kept_at_once_is_kept_before_the_channel_ends(
    wecom: WecomBotEmulator,
) -> None:
    tries: list[str] = []

    async def keep(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        tries.append(event.text)
        if len(tries) == 1:
            raise TransientError("the database is away")

    async with receiving(a_wecom_bot(wecom), keep):
        wecom.user("lilei").says("一")
        await wecom.until(lambda: tries)
    assert tries == ["一", "一"]


async def test_a_bug_with_one_message_does_not_lose_the_next(wecom: WecomBotEmulator) -> None:
    seen: asyncio.Queue[str] = asyncio.Queue()

    async def keep(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        if event.text == "一":
            raise ZeroDivisionError
        await seen.put(event.text)

    with capture_logs() as logs:
        async with receiving(a_wecom_bot(wecom), keep), asyncio.timeout(60):
            wecom.user("lilei").says("一")
            wecom.user("lilei").says("二")
            assert await seen.get() == "二"
    assert [each["event"] for each in logs if each["log_level"] == "error"] == [
        "wecom.message_lost"
    ]


async def test_what_can_never_be_kept_does_not_hold_the_end_up_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.channels.wecom.bot.intake._LAST_CHANCE_SECONDS", 0.01)
    tried = asyncio.Event()

    async def never() -> None:
        tried.set()
        raise TransientError("the database is away")

    intake = Intake()
    intake.put("lilei", never)
    await tried.wait()
    async with asyncio.timeout(60):
        await intake.close()
