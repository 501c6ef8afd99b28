"""An answer shows while it comes, and stands there once when it is done."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent.contract import Button, Progress, Reply, Turn
from bot.errors import Busy
from bot.messages import File, OutboundMessage
from bot.shelf import Shelf
from config.errors import TransientError
from memory.connect import open_redis
from storage.database import Database
from tests.builders.telegram import a_desk, a_telegram, an_address
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.call import Call
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.methods import METHODS
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


async def test_a_half_answer_is_not_overwritten_by_another_message(
    telegram: TelegramEmulator,
) -> None:
    here = an_address(telegram, GROUP)
    async with a_telegram(telegram) as channel:
        await channel.draft(OutboundMessage(address=here, text="half an", key="reply:1"))
        for key in ("notice:7", "reply:1"):
            (part,) = channel.parts(OutboundMessage(address=here, text=f"all of {key}", key=key))
            await channel.send(part)
    texts = [each["text"] for each in telegram.answers(GROUP)]
    assert texts == ["all of reply:1", "all of notice:7"]


async def test_an_answer_that_one_process_began_to_show_is_finished_by_another(
    telegram: TelegramEmulator,
) -> None:
    here, shelf = an_address(telegram, GROUP), Shelf(open_redis(None), 1)
    message = OutboundMessage(address=here, text="half an", key="reply:1")
    async with (
        a_telegram(telegram, shelf=shelf) as first,
        a_telegram(telegram, shelf=shelf) as other,
    ):
        await first.draft(message)
        await other.draft(replace(message, text="half an answer"))
        (part,) = other.parts(replace(message, text="the whole answer"))
        await other.send(part)
        assert await shelf.get(f"telegram:{here.bot}:reply:1") is None
    assert [each["text"] for each in telegram.answers(GROUP)] == ["the whole answer"]


async def test_an_answer_comes_when_the_shelf_is_away(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*given: object) -> None:
        raise TransientError("Redis is away")

    shelf = Shelf(open_redis(None), 1)
    for method in ("put", "get", "take"):
        monkeypatch.setattr(shelf, method, away)
    message = OutboundMessage(address=an_address(telegram, GROUP), text="half", key="reply:1")
    async with a_telegram(telegram, shelf=shelf) as channel:
        await channel.draft(message)
        (part,) = channel.parts(replace(message, text="whole"))
        await channel.send(part)
    assert [each["text"] for each in telegram.answers(GROUP)] == ["whole"]


@pytest.mark.parametrize(("status", "said"), [(404, "Not Found: method not found"), (501, "?")])
async def test_a_server_without_drafts_gets_edits(
    telegram: TelegramEmulator, database: Database, status: int, said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def unknown(call: Call) -> None:
        raise ApiError(status, said)

    monkeypatch.setitem(METHODS, "sendmessagedraft", unknown)
    answers = await ask(telegram, database, ANSWER)
    assert [each["text"] for each in answers] == ["本周花费 300 元。"]
    assert shown(telegram, "sendMessage", "editMessageText")[:2] == ["本周花费", "本周花费 300"]
    assert len([each for each in telegram.refusals if each["code"] == status]) == 1


@pytest.mark.parametrize("method", ["sendMessageDraft", "editMessageText"])
async def test_429_on_drafts_and_edits_of_one_chat_stops_no_other(
    telegram: TelegramEmulator, method: str
) -> None:
    busy, free = (5001, 5002) if method == "sendMessageDraft" else (GROUP, GROUP - 1)
    telegram.group(GROUP - 1, by=telegram.user(LI))
    for user in (5001, 5002):
        telegram.world.dialog(telegram.bots[0], telegram.user(user).user)
    telegram.fault("flood", method=method, chat=busy, value=60, count=None)
    async with a_telegram(telegram) as channel:
        for words in ("one", "one two"):
            for chat in (busy, free):
                with contextlib.suppress(Busy):
                    so_far = OutboundMessage(
                        address=an_address(telegram, chat), text=words, key=f"{chat}"
                    )
                    await channel.draft(so_far)
    seen = [each["text"] for each in telegram.ledger.effects(method, chat=free)]
    assert seen[-1] == "one two"
    assert "one two" not in [e["text"] for e in telegram.ledger.effects(method, chat=busy)]


async def test_work_without_words_leaves_no_message_behind_in_a_group(
    telegram: TelegramEmulator,
) -> None:
    topic = telegram.group(GROUP).topic("广告")
    here = an_address(telegram, f"{GROUP}:{topic}")
    async with a_telegram(telegram) as channel:
        await channel.draft(OutboundMessage(address=here, text="working …", pulse=True))
    (typing,) = telegram.ledger.effects("sendChatAction")
    assert int(typing["params"]["message_thread_id"]) == topic
    assert telegram.answers(GROUP) == []


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
