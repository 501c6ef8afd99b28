"""In groups the bot answers who speaks to it, and nobody else; in topics, in the same topic."""

from typing import Any

import pytest

from bot.messages import InboundMessage
from storage.database import Database
from tests.builders.telegram import a_desk, an_address, events
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.server import TelegramEmulator

LI, GROUP = 5001, -1004001


@pytest.fixture
def telegram(telegram: TelegramEmulator) -> TelegramEmulator:
    """A group of Li's, with the bot in it."""
    telegram.group(GROUP, "销售", by=telegram.user(LI, "李雷"))
    return telegram


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("/help", "/help"),
        ("/help@huoke_1_bot", "/help@huoke_1_bot"),
        ("/help@HuoKe_1_Bot", "/help@HuoKe_1_Bot"),
        ("@huoke_1_bot 今天花了多少", "今天花了多少"),
        ("今天花了多少 @HUOKE_1_BOT", "今天花了多少"),
        ("👨‍👩‍👧 @huoke_1_bot 你好 @han", "👨‍👩‍👧  你好 @han"),
        ("@huoke_1_bots @huoke_1_bot hi", "@huoke_1_bots  hi"),
        ("@huoke_1_bot", "/help"),
    ],
)
async def test_who_speaks_to_the_bot_is_heard(
    telegram: TelegramEmulator, said: str, text: str
) -> None:
    telegram.user(LI).says(said, chat=GROUP)
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == text
    assert event.address == an_address(telegram, GROUP)
    assert event.sender_id == str(LI)
    assert not event.private


@pytest.mark.parametrize(
    "said",
    ["今天花了多少", "/help@other_bot", "@other_bot hi", "@huoke_1_bots hi", "mail@huoke_1_bot.com",
     "huoke_1_bot?"],
)  # fmt: skip
async def test_who_speaks_to_others_is_not(telegram: TelegramEmulator, said: str) -> None:
    telegram.user(LI).says(said, chat=GROUP)
    telegram.user(LI).says("after it")
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == "after it"


def post(telegram: TelegramEmulator, **content: Any) -> Json:
    """Something that Li writes in the group as only real clients can."""
    room = telegram.room(GROUP)
    message = room.post(telegram.user(LI).user.json(), telegram.clock.date(), **content)
    telegram.bots[0].updates.add("message", message, GROUP)
    return message


async def test_a_mention_by_name_is_one(telegram: TelegramEmulator) -> None:
    me = telegram.bots[0].json()
    entity = {"type": "text_mention", "offset": 3, "length": 4, "user": me}
    post(telegram, text="🙂 火客 1 看火客 1", entities=[entity])
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == "🙂  看火客 1"


async def test_an_answer_to_the_bot_is_for_the_bot(telegram: TelegramEmulator) -> None:
    bots = telegram.room(GROUP).post(telegram.bots[0].json(), telegram.clock.date(), text="hello")
    telegram.user(LI).says("and yesterday?", chat=GROUP, reply_to=bots["message_id"])
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == "and yesterday?"


async def test_an_answer_to_somebody_else_is_not(telegram: TelegramEmulator) -> None:
    hers = telegram.user(5002).says("hello", chat=GROUP)
    telegram.user(LI).says("and yesterday?", chat=GROUP, reply_to=hers["message_id"])
    telegram.user(LI).says("after it")
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == "after it"


@pytest.mark.parametrize(("caption", "text"), [("@huoke_1_bot 导入", "导入"), ("@huoke_1_bot", "")])
async def test_a_file_with_a_mention_in_its_caption_is_for_the_bot(
    telegram: TelegramEmulator, caption: str, text: str
) -> None:
    entity = {"type": "mention", "offset": 0, "length": 12}
    document = {"file_id": "f", "file_unique_id": "u", "file_name": "leads.csv"}
    post(telegram, document=document, caption=caption, caption_entities=[entity])
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == text
    assert [file.name for file in event.files] == ["leads.csv"]


async def test_a_file_that_answers_the_bot_is_for_the_bot(telegram: TelegramEmulator) -> None:
    bots = telegram.room(GROUP).post(telegram.bots[0].json(), telegram.clock.date(), text="send it")
    document = {"file_id": "f", "file_unique_id": "u", "file_name": "leads.csv"}
    post(telegram, document=document, reply_to_message=bots)
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == ""
    assert [file.name for file in event.files] == ["leads.csv"]


@pytest.mark.parametrize(
    "content",
    [
        {"new_chat_title": "Other"},
        {"sticker": {"file_id": "s", "file_unique_id": "u", "type": "regular", "width": 1,
                     "height": 1, "is_animated": False, "is_video": False}},
        {"left_chat_member": {"id": 9, "is_bot": False, "first_name": "x"}},
    ],
)  # fmt: skip
async def test_what_happens_in_a_group_is_nobodys_question(
    telegram: TelegramEmulator, content: Json
) -> None:
    post(telegram, **content)
    telegram.user(LI).says("after it")
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == "after it"


async def test_other_bots_are_not_answered(telegram: TelegramEmulator) -> None:
    robot = {"id": 9, "is_bot": True, "first_name": "Robot"}
    message = telegram.room(GROUP).post(
        robot, telegram.clock.date(), text="/help",
        entities=[{"type": "bot_command", "offset": 0, "length": 5}],
    )  # fmt: skip
    telegram.bots[0].updates.add("message", message, GROUP)
    telegram.user(LI).says("after it")
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.text == "after it"


async def test_a_topic_is_a_conversation_of_its_own(
    telegram: TelegramEmulator, database: Database
) -> None:
    group = telegram.group(GROUP)
    one, two = group.topic("广告"), group.topic("线索")
    async with a_desk(telegram, database) as desk:
        for topic in (one, two):
            telegram.user(LI).says(f"@huoke_1_bot in {topic}", chat=GROUP, thread=topic)
        telegram.user(LI).says("@huoke_1_bot in none", chat=GROUP)
        await telegram.wait_for(lambda: len(telegram.answers(GROUP)) == 3)
        found = {each["text"]: each.get("message_thread_id") for each in telegram.answers(GROUP)}
        assert found == {f"echo: in {one}": one, f"echo: in {two}": two, "echo: in none": None}
        for chat in (f"{GROUP}:{one}", f"{GROUP}:{two}", GROUP):
            assert await desk.conversation(chat)


async def test_a_reply_thread_outside_of_topics_is_no_topic(telegram: TelegramEmulator) -> None:
    post(
        telegram, text="/help", message_thread_id=7,
        entities=[{"type": "bot_command", "offset": 0, "length": 5}],
    )  # fmt: skip
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    assert event.address == an_address(telegram, GROUP)
