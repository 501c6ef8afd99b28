"""An answer shows while it comes, and stands there once when it is done."""

import asyncio
from collections.abc import Sequence

import pytest

from agent.contract import Button, Progress, Reply, Turn
from bot.errors import Busy
from bot.messages import File, OutboundMessage
from storage.database import Database
from tests.builders.telegram import a_desk, a_telegram, an_address
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent
from tools.result import Attachment

LI, GROUP = 5001, -1004001


class Typing(FakeAgent):
    """Answers word by word, as often as a test lets it."""

    def __init__(self, words: Sequence[str], reply: Reply) -> None:
        super().__init__()
        self.words = words
        self.reply = reply

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        for word in self.words:
            await progress(word)
        return self.reply


ANSWER = Typing(["本周", "本周花费", "本周花费 300"], Reply(text="本周花费 300 元。"))


@pytest.fixture(autouse=True)
def as_fast_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.drafts._EVERY_SECONDS", 0.0)
    monkeypatch.setattr("bot.channels.telegram.drafts._EDIT_EVERY", 0.0)


@pytest.fixture
def telegram(telegram: TelegramEmulator) -> TelegramEmulator:
    telegram.group(GROUP, by=telegram.user(LI))
    return telegram


def shown(telegram: TelegramEmulator, *methods: str) -> list[str]:
    """What was to be read in the chat, one after the other."""
    return [each["text"] for each in telegram.ledger.effects() if each["method"] in methods]


async def ask(
    telegram: TelegramEmulator, database: Database, agent: FakeAgent, chat: int = LI
) -> list[Json]:
    """What stands in the chat when the answer came."""
    async with a_desk(telegram, database, agent) as desk:
        telegram.user(LI).says("@huoke_1_bot hi", chat=chat)
        await desk.ended()
    return telegram.answers(chat)


async def test_in_a_private_chat_it_is_a_draft_of_its_own(
    telegram: TelegramEmulator, database: Database
) -> None:
    answers = await ask(telegram, database, ANSWER)
    assert [each["text"] for each in answers] == ["本周花费 300 元。"]
    assert shown(telegram, "sendMessageDraft") == ["本周", "本周花费", "本周花费 300"]
    drafts = telegram.ledger.effects("sendMessageDraft")
    assert len({each["params"]["draft_id"] for each in drafts}) == 1
    assert shown(telegram, "editMessageText") == []


async def test_two_answers_have_drafts_of_their_own(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database, ANSWER):
        for _ in range(2):
            asked = telegram.user(LI).says("how much?")
            await telegram.answer(LI, after=asked)
    drafts = telegram.ledger.effects("sendMessageDraft")
    assert len({each["params"]["draft_id"] for each in drafts}) == 2


async def test_in_a_group_it_is_a_message_that_becomes_the_answer(
    telegram: TelegramEmulator, database: Database
) -> None:
    answers = await ask(telegram, database, ANSWER, GROUP)
    assert [each["text"] for each in answers] == ["本周花费 300 元。"]
    assert shown(telegram, "sendMessage", "editMessageText") == [
        "本周", "本周花费", "本周花费 300", "本周花费 300 元。",
    ]  # fmt: skip
    assert telegram.ledger.effects("sendMessageDraft") == []


async def test_who_takes_no_drafts_gets_edits_from_then_on(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.world.dialog(telegram.bots[0], telegram.user(LI).user).takes_drafts = False
    answers = await ask(telegram, database, ANSWER)
    assert [each["text"] for each in answers] == ["本周花费 300 元。"]
    assert shown(telegram, "sendMessage", "editMessageText") == [
        "本周花费", "本周花费 300", "本周花费 300 元。",
    ]  # fmt: skip
    (refusal,) = telegram.refusals
    assert refusal["description"].endswith("TEXTDRAFT_PEER_INVALID")


async def test_nothing_shows_more_often_than_telegram_likes(
    telegram: TelegramEmulator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.drafts._EDIT_EVERY", 1_000.0)
    answers = await ask(telegram, database, ANSWER, GROUP)
    assert [each["text"] for each in answers] == ["本周花费 300 元。"]
    assert shown(telegram, "sendMessage", "editMessageText") == ["本周", "本周花费 300 元。"]


async def test_429_on_a_draft_silences_drafts_alone(
    telegram: TelegramEmulator, database: Database
) -> None:
    flood = telegram.fault("flood", method="sendMessageDraft", value=60, count=None)
    answers = await ask(telegram, database, ANSWER)
    assert [each["text"] for each in answers] == ["本周花费 300 元。"]
    assert flood.hits == 1
    assert shown(telegram, "sendMessageDraft", "editMessageText") == []


@pytest.mark.parametrize("fault", ["restart", "bad_gateway", "reset_before", "malformed"])
async def test_a_draft_that_fails_harms_no_answer(
    telegram: TelegramEmulator, database: Database, fault: str
) -> None:
    telegram.fault(fault, method="sendMessageDraft", count=None)
    answers = await ask(telegram, database, ANSWER)
    assert [each["text"] for each in answers] == ["本周花费 300 元。"]


async def test_429_on_the_last_edit_leaves_no_half_answer_behind(
    telegram: TelegramEmulator,
) -> None:
    here = an_address(telegram, GROUP)
    async with a_telegram(telegram) as channel:
        await channel.draft(OutboundMessage(address=here, text="half an"))
        telegram.fault("flood", method="editMessageText")
        (part,) = channel.parts(OutboundMessage(address=here, text="half an answer"))
        with pytest.raises(Busy):
            await channel.send(part)
        await channel.send(part)
    assert [each["text"] for each in telegram.answers(GROUP)] == ["half an answer"]


async def test_an_answer_that_shows_already_is_done(telegram: TelegramEmulator) -> None:
    here = an_address(telegram, GROUP)
    async with a_telegram(telegram) as channel:
        await channel.draft(OutboundMessage(address=here, text="the answer"))
        (part,) = channel.parts(OutboundMessage(address=here, text="the answer"))
        await channel.send(part)
    assert [each["text"] for each in telegram.answers(GROUP)] == ["the answer"]


async def test_a_draft_that_was_deleted_is_not_missed(telegram: TelegramEmulator) -> None:
    here = an_address(telegram, GROUP)
    async with a_telegram(telegram) as channel:
        await channel.draft(OutboundMessage(address=here, text="half an"))
        telegram.room(GROUP).messages.popitem()
        (part,) = channel.parts(OutboundMessage(address=here, text="half an answer"))
        await channel.send(part)
    assert [each["text"] for each in telegram.answers(GROUP)] == ["half an answer"]


async def test_a_chart_takes_the_place_of_the_words_so_far(
    telegram: TelegramEmulator, database: Database
) -> None:
    table = Attachment(name="a.csv", media_type="text/csv", content=b"a")
    agent = Typing(["half a"], Reply(text="half a table", attachments=(table,)))
    (answer,) = await ask(telegram, database, agent, GROUP)
    assert answer["caption"] == "half a table"


async def test_the_buttons_come_with_the_answer_and_not_before(
    telegram: TelegramEmulator, database: Database
) -> None:
    reply = Reply(text="do it?", buttons=(Button(label="yes", send="/yes"),))
    (answer,) = await ask(telegram, database, Typing(["do"], reply), GROUP)
    assert answer["reply_markup"]["inline_keyboard"][0][0]["text"] == "yes"
    (first,) = telegram.ledger.effects("sendMessage")
    assert "reply_markup" not in first["params"]


async def test_a_half_answer_of_long_ago_is_not_overwritten(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = an_address(telegram, GROUP)
    async with a_telegram(telegram) as channel:
        await channel.draft(OutboundMessage(address=here, text="another process ended this"))
        monkeypatch.setattr("bot.channels.telegram.drafts._FORGOTTEN_AFTER", 0.0)
        (part,) = channel.parts(OutboundMessage(address=here, text="something else"))
        await channel.send(part)
    texts = [each["text"] for each in telegram.answers(GROUP)]
    assert texts == ["another process ended this", "something else"]


async def test_a_draft_in_a_topic_stays_in_it(telegram: TelegramEmulator) -> None:
    topic = telegram.group(GROUP).topic("广告")
    here = an_address(telegram, f"{GROUP}:{topic}")
    async with a_telegram(telegram) as channel:
        await asyncio.gather(
            channel.draft(OutboundMessage(address=here, text="here")),
            channel.draft(OutboundMessage(address=an_address(telegram, GROUP), text="there")),
        )
    threads = {each["text"]: each.get("message_thread_id") for each in telegram.answers(GROUP)}
    assert threads == {"here": topic, "there": None}


async def test_a_file_needs_no_draft_to_replace(telegram: TelegramEmulator) -> None:
    here = an_address(telegram, GROUP)
    file = File(name="a.csv", media_type="text/csv", content=b"a")
    async with a_telegram(telegram) as channel:
        (part,) = channel.parts(OutboundMessage(address=here, text="see", files=(file,)))
        await channel.send(part)
    (answer,) = telegram.answers(GROUP)
    assert answer["caption"] == "see"
