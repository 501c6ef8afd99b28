"""Pressing a button is writing what it stands for, in its own chat and nowhere else."""

import pytest

from agent.contract import Button, Reply, Turn
from storage.database import Database
from tests.builders.telegram import a_desk
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent

LI, HAN, GROUP = 5001, 5002, -1004001
LONG = "把 C-3 的日预算改成 450 元，" * 12


async def offer(turn: Turn) -> Reply:
    """Offers a long order of the chat's own; repeats everything else."""
    if turn.text == "offer":
        yes = Button(label="好的", send=f"{LONG}{turn.conversation_id}")
        return Reply(text="do it?", buttons=(yes, Button(label="不要", send="/reject P-5")))
    return Reply(text=f"heard {turn.text}")


def press(
    telegram: TelegramEmulator, who: int, data: str, shown: Json, chat: int | None = None
) -> None:
    """A press that no client of Telegram would make."""
    room = telegram.room(chat or who)
    content = {
        "id": "1", "from": telegram.user(who).user.json(), "chat_instance": "1", "data": data,
        "message": {**shown, "chat": room.json()},
    }  # fmt: skip
    telegram.bots[0].updates.add("callback_query", content, room.id)


async def test_a_button_says_all_of_its_order_however_long(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database, FakeAgent(offer)) as desk:
        asked = telegram.user(LI).says("offer")
        shown = await telegram.answer(LI, after=asked)
        telegram.user(LI).presses("好的")
        answer = await telegram.answer(LI, after=shown)
        here = await desk.conversation(LI)
        assert here
    assert len(LONG.encode()) > 64
    assert answer["text"] == f"heard {LONG}{here.id}"


async def test_the_press_is_acknowledged(telegram: TelegramEmulator, database: Database) -> None:
    async with a_desk(telegram, database, FakeAgent(offer)):
        await telegram.answer(LI, after=telegram.user(LI).says("offer"))
        query = telegram.user(LI).presses("不要")
        await telegram.wait_for(lambda: telegram.ledger.effects("answerCallbackQuery"))
    (effect,) = telegram.ledger.effects("answerCallbackQuery")
    assert effect["params"]["callback_query_id"] == query


async def test_a_press_that_cannot_be_acknowledged_counts_all_the_same(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("bad_gateway", method="answerCallbackQuery", count=None)
    async with a_desk(telegram, database, FakeAgent(offer)):
        shown = await telegram.answer(LI, after=telegram.user(LI).says("offer"))
        telegram.user(LI).presses("好的")
        assert (await telegram.answer(LI, after=shown))["text"].startswith("heard 把")


async def test_a_press_in_a_group_is_answered_there(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.group(GROUP, by=telegram.user(LI))
    async with a_desk(telegram, database, FakeAgent(offer)) as desk:
        asked = telegram.user(LI).says("@huoke_1_bot offer", chat=GROUP)
        shown = await telegram.answer(GROUP, after=asked)
        telegram.user(HAN).presses("好的", chat=GROUP)
        answer = await telegram.answer(GROUP, after=shown)
        here = await desk.conversation(GROUP)
        assert here
        assert answer["text"] == f"heard {LONG}{here.id}"
        assert {turn.asker.name for turn in desk.agent.turns} == {"User 5001", "User 5002"}


async def test_a_key_of_another_chat_says_only_its_label(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database, FakeAgent(offer)):
        theirs = await telegram.answer(HAN, after=telegram.user(HAN).says("offer"))
        mine = telegram.user(LI).says("hi")
        await telegram.answer(LI, after=mine)
        key = theirs["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        press(telegram, LI, key, theirs)
        await telegram.wait_for(lambda: len(telegram.answers(LI)) == 2)
    assert telegram.answers(LI)[-1]["text"] == "heard 好的"


@pytest.mark.parametrize(
    "data",
    ["999.0", "1.7", "1.-1", "1", "1.", ".1", "1.0.0", "-1.0", "/approve P-5", "99999999999999999999.0",
     "①.0", "1.0 ", "١.٠"],
)  # fmt: skip
async def test_a_forged_key_presses_nothing(
    telegram: TelegramEmulator, database: Database, data: str
) -> None:
    async with a_desk(telegram, database, FakeAgent(offer)):
        shown = await telegram.answer(LI, after=telegram.user(LI).says("offer"))
        forged = [[{"text": "a label", "callback_data": data}]]
        press(telegram, LI, data, {**shown, "reply_markup": {"inline_keyboard": forged}})
        answer = await telegram.answer(LI, after=shown)
    assert answer["text"] == "heard a label"


async def test_a_button_of_a_message_that_is_too_old_still_works(
    telegram: TelegramEmulator, database: Database
) -> None:
    """Telegram then tells no more than which message it was."""
    async with a_desk(telegram, database, FakeAgent(offer)):
        shown = await telegram.answer(LI, after=telegram.user(LI).says("offer"))
        key = shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        old = {"message_id": shown["message_id"], "date": 0}
        press(telegram, LI, key, old)
        await telegram.wait_for(lambda: len(telegram.answers(LI)) == 2)
    assert telegram.answers(LI)[-1]["text"].startswith(f"heard {LONG}")
