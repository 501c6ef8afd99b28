"""A business account's customers are answered in its owner's name, by the owner's leave."""

import pytest

from agent.contract import Button, Reply, Turn
from bot.messages import ChatClosed, InboundMessage, OutboundMessage, StaffSaid
from config.roles import Role
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.telegram import a_desk, a_telegram, an_address, events
from tests.emulators.telegram.business import BusinessChat, Shop
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent

BOSS, LI = 5001, 5002


@pytest.fixture
def shop(telegram: TelegramEmulator) -> Shop:
    return telegram.business(telegram.user(BOSS))


@pytest.fixture
def chat(telegram: TelegramEmulator, shop: Shop) -> BusinessChat:
    return shop.chat(telegram.user(LI).user)


def name_of(chat: BusinessChat) -> str:
    return f"b{chat.shop.id}:{LI}"


async def test_a_customer_is_answered_in_the_owners_chat(
    telegram: TelegramEmulator, database: Database, chat: BusinessChat
) -> None:
    async with a_desk(telegram, database) as desk:
        chat.says("多少钱？")
        assert await desk.ended() == [OutboxStatus.sent]
        (turn,) = desk.agent.turns
    (answer,) = chat.answers
    assert answer["text"] == "echo: 多少钱？"
    assert answer["business_connection_id"] == chat.shop.id
    assert telegram.answers(LI) == []
    assert turn.asker.role is Role.customer


async def test_what_the_bot_said_itself_is_not_answered(
    telegram: TelegramEmulator, database: Database, chat: BusinessChat
) -> None:
    async with a_desk(telegram, database) as desk:
        chat.says("question 1")
        await telegram.wait_for(lambda: chat.answers)
        chat.says("question 2")
        await telegram.wait_for(lambda: chat.answers[1:])
        await desk.ended()
    assert [each["text"] for each in chat.answers] == ["echo: question 1", "echo: question 2"]


async def test_what_the_owner_says_there_is_heard_and_not_answered(
    telegram: TelegramEmulator, chat: BusinessChat
) -> None:
    chat.says("在吗？")
    chat.owner_says("在，我来回答")
    said, answered = await events(telegram, 2)
    assert isinstance(said, InboundMessage)
    assert isinstance(answered, StaffSaid)
    assert (answered.name, answered.text) == (f"User {BOSS}", "在，我来回答")
    assert answered.address == said.address == an_address(telegram, name_of(chat))


async def test_nobody_is_staff_in_a_business_chat(
    telegram: TelegramEmulator, chat: BusinessChat
) -> None:
    telegram.user(LI).says("to the bot itself")
    chat.says("to the owner")
    direct, business = await events(telegram, 2)
    assert isinstance(direct, InboundMessage)
    assert isinstance(business, InboundMessage)
    assert (direct.sender_id, business.sender_id) == (str(LI), f"business:{LI}")


@pytest.mark.parametrize("change", [{"enabled": False}, {"can_reply": False}])
async def test_without_the_owners_leave_all_chats_of_the_connection_are_closed(
    telegram: TelegramEmulator, database: Database, shop: Shop, chat: BusinessChat,
    change: dict[str, bool],
) -> None:  # fmt: skip
    other = shop.chat(telegram.user(5003).user)
    async with a_desk(telegram, database) as desk:
        for each in (chat, other):
            each.says("hi")
        await telegram.wait_for(lambda: chat.answers and other.answers)
        shop.changes(**change)
        places = [f"b{shop.id}:{LI}", f"b{shop.id}:5003"]
        await telegram.wait_for(lambda: not telegram.bots[0].updates.pending)
        rows = [await desk.conversation(place) for place in places]
    assert [row is not None and row.closed_at is not None for row in rows] == [True, True]


async def test_leave_to_answer_closes_nothing(telegram: TelegramEmulator, shop: Shop) -> None:
    shop.changes(enabled=False)
    shop.changes(enabled=True)
    telegram.user(LI).says("after it")
    closed, said = await events(telegram, 2)
    assert closed == ChatClosed(address=an_address(telegram, f"b{shop.id}"))
    assert isinstance(said, InboundMessage)


async def test_a_customer_who_is_not_to_be_answered_is_kept_and_the_chat_closed(
    telegram: TelegramEmulator, database: Database, shop: Shop, chat: BusinessChat
) -> None:
    shop.changes(can_reply=False)
    async with a_desk(telegram, database) as desk:
        chat.says("hi")
        assert await desk.ended() == [OutboxStatus.failed]
        row = await desk.conversation(name_of(chat))
    assert row is not None
    assert row.closed_at is not None
    assert chat.answers == []


async def test_a_button_is_the_customers(
    telegram: TelegramEmulator, database: Database, chat: BusinessChat
) -> None:
    async def ask(turn: Turn) -> Reply:
        return Reply(text="which?", buttons=(Button(label="red", send="the red one"),))

    async with a_desk(telegram, database, FakeAgent(ask)) as desk:
        chat.says("hi")
        await telegram.wait_for(lambda: chat.answers)
        chat.presses("red", by=telegram.user(BOSS).user)
        chat.presses("red")
        await telegram.wait_for(lambda: len(chat.answers) == 2)
        assert [turn.text for turn in desk.agent.turns] == ["hi", "the red one"]
        assert len({turn.asker.id for turn in desk.agent.turns}) == 1


async def test_a_customer_sees_that_somebody_writes_and_no_half_answer(
    telegram: TelegramEmulator, chat: BusinessChat
) -> None:
    chat.says("hi")
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    async with a_telegram(telegram) as channel:
        for words in ("half", "half an"):
            await channel.draft(OutboundMessage(address=event.address, text=words, key="reply:1"))
    (typing,) = telegram.ledger.effects("sendChatAction")
    assert typing["params"]["business_connection_id"] == chat.shop.id
    assert telegram.ledger.effects("sendMessageDraft") == []
    assert chat.answers == []


async def test_no_commands_are_listed_in_somebody_elses_chat(
    telegram: TelegramEmulator, chat: BusinessChat
) -> None:
    async with a_telegram(telegram) as channel:
        await channel.menu(an_address(telegram, name_of(chat)), [("help", "help")], None)
    assert telegram.ledger.effects("setMyCommands") == []
