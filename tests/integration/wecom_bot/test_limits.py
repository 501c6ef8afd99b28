"""WeCom's limits of a conversation: kept by pace, and what happens when others used them up."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.base import Pace
from bot.errors import Busy
from tests.builders.wecom_bot import a_desk, a_wecom_bot, an_address, texts
from tests.emulators.wecom.bot.server import WecomBotEmulator


@pytest.fixture
async def strict() -> AsyncIterator[WecomBotEmulator]:
    """With limits, and a clock that stands."""
    async with WecomBotEmulator(scale=0) as emulator:
        yield emulator


async def test_the_paces_are_those_of_the_platform(wecom: WecomBotEmulator) -> None:
    async with a_wecom_bot(wecom) as channel:
        limits = channel.paces(an_address(wecom, "lilei"))
        others = channel.paces(an_address(wecom, "group:wr1"))
    assert {*limits.values()} == {Pace(count=30, seconds=60), Pace(count=1_000, seconds=3_600)}
    assert not {*limits} & {*others}


async def test_the_31st_message_of_a_minute_has_to_wait(strict: WecomBotEmulator) -> None:
    strict.user("lilei"), strict.user("hanmei")
    async with a_desk(strict) as desk:
        for number in range(30):
            await desk.push("lilei", f"{number}")
        with pytest.raises(Busy) as caught:
            await desk.push("lilei", "30")
        assert caught.value.seconds == 60
        await desk.push("hanmei", "别人")
        strict.clock.advance(61)
        await desk.push("lilei", "30")
    assert texts(strict, "lilei") == [f"{number}" for number in range(31)]


async def test_drafts_leave_room_for_the_answer(strict: WecomBotEmulator) -> None:
    async with a_desk(strict) as desk:
        strict.user("lilei").says("问")
        message = await desk.message()
        for number in range(40):
            await desk.draft(message, f"{number}")
            if number < 20:
                await strict.until(lambda n=number: texts(strict, "lilei") == [f"{n}"])  # type: ignore[misc]
        strict.user("hanmei")
        await desk.push("hanmei", "别的")
        await desk.answer(message, "完")
        await desk.push("lilei", "还有")
    assert texts(strict, "lilei") == ["完", "还有"]
    assert len(strict.ledger.effects(chat="lilei")) == 22
    assert strict.ledger.of("refused") == []


async def test_a_draft_that_was_too_much_is_not_tried_again_at_once(
    strict: WecomBotEmulator,
) -> None:
    strict.fault("refuse", command="aibot_respond_msg", value=45009)
    async with a_desk(strict) as desk:
        strict.user("lilei").says("问")
        message = await desk.message()
        await desk.draft(message, "一")
        await strict.until(lambda: strict.ledger.of("refused"))
        await desk.draft(message, "一二")
        await desk.answer(message, "完")
    effects = strict.ledger.effects("aibot_respond_msg")
    assert [entry["body"]["stream"]["content"] for entry in effects] == ["完"]
