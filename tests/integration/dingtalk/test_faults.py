"""What DingTalk does to a message on its way, and what becomes of it: the real outbox says."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest

from agent.contract import Button, Progress, Reply, Turn
from bot.messages import Address
from config.i18n import Language, say
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.dingtalk import HAN, LI, a_button_card, a_dingtalk, address_of
from tests.builders.service import Running, a_running_service
from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.fakes.agent import FakeAgent

SENT, FAILED = OutboxStatus.sent, OutboxStatus.failed
ONE = "batchSend"
LI_CHAT, HAN_CHAT = f"user:{LI}", f"user:{HAN}"


def noted(text: str) -> str:
    """With the words that say that it may be a repetition."""
    return say(Language.en, "bot.maybe_repeated", text=text)


def desk(
    ding: DingtalkEmulator, database: Database, agent: FakeAgent | None = None, **settings: Any
) -> AbstractAsyncContextManager[Running]:
    def here(chat: str) -> Address:
        return address_of(ding, chat.removeprefix("user:"))

    return a_running_service(a_dingtalk(ding, **settings), database, here, agent)


def texts(ding: DingtalkEmulator, person: str = LI) -> list[str]:
    return [each.card.text if each.card else each.text for each in ding.delivered(person)]


@pytest.mark.parametrize(
    ("kind", "arrived"),
    [
        ("unknown_error", ["again"]),
        ("gateway_timeout", ["again"]),
        ("reset_before", ["again"]),
        ("lost", ["first", "again"]),
        ("reset_after", ["first", "again"]),
        ("malformed", ["first", "again"]),
        ("cut", ["first", "again"]),
    ],
)
async def test_what_may_have_arrived_is_sent_once_more_and_says_so(
    ding: DingtalkEmulator, database: Database, kind: str, arrived: list[str]
) -> None:
    ding.faults.next(kind, ONE, chat=LI)
    async with desk(ding, database) as running:
        await running.queue(LI_CHAT, "please come here", "what came after it")
        assert await running.ended(LI_CHAT) == [SENT, SENT]
    said = {"first": "please come here", "again": noted("please come here")}
    assert texts(ding) == [*(said[each] for each in arrived), "what came after it"]


@pytest.mark.parametrize("kind", ["qps", "banned", "flow_controlled", "unauthenticated"])
async def test_what_surely_did_not_arrive_is_sent_again_in_silence(
    ding: DingtalkEmulator, database: Database, kind: str
) -> None:
    ding.faults.next(kind, ONE, chat=LI, count=2)
    async with desk(ding, database) as running:
        await running.queue(LI_CHAT, "first", "second")
        assert await running.ended(LI_CHAT) == [SENT, SENT]
    assert texts(ding) == ["first", "second"]


async def test_a_person_whose_messages_are_held_back_holds_up_nobody_else(
    ding: DingtalkEmulator, database: Database
) -> None:
    ding.faults.next("flow_controlled", ONE, chat=LI)
    async with desk(ding, database) as running:
        await running.queue(LI_CHAT, "first", "second")
        await running.waits(LI_CHAT)
        await running.queue(HAN_CHAT, "third")
        assert await running.ended(HAN_CHAT) == [SENT]
        assert texts(ding) == []
        running.wake(timedelta(seconds=31))
        assert await running.ended(LI_CHAT) == [SENT, SENT]
    assert texts(ding) == ["first", "second"]


async def test_who_left_is_not_written_to_any_more(
    ding: DingtalkEmulator, database: Database
) -> None:
    ding.user(LI).leaves()
    async with desk(ding, database) as running:
        await running.queue(LI_CHAT, "first")
        assert await running.ended(LI_CHAT) == [FAILED]
        conversation = await running.conversation(LI_CHAT)
    assert conversation is not None
    assert conversation.closed_at is not None


@pytest.mark.parametrize("kind", ["duplicate", "ack_lost"])
async def test_a_push_that_comes_again_is_answered_once(
    ding: DingtalkEmulator, database: Database, kind: str
) -> None:
    ding.faults.next(kind)
    async with desk(ding, database) as running:
        asked = ding.user(LI).says("预算多少")
        await ding.answer(LI, after=asked)
        ding.clock.advance(61)
        await ding.wait_for(lambda: len(asked.message_ids) == 2)
        await ding.wait_for(lambda: asked.state == "acked")
        assert await running.ended(LI_CHAT) == [SENT]
    assert len(set(asked.message_ids)) == len(asked.message_ids)
    assert len(ding.delivered(LI)) == 1


async def ask_which(turn: Turn) -> Reply:
    return Reply(text="怎么调？", buttons=(Button(label="加一成", send="按一成加"),))


async def test_a_press_that_is_told_twice_is_answered_once(
    ding: DingtalkEmulator, database: Database
) -> None:
    agent = FakeAgent(ask_which)
    async with desk(ding, database, agent, button_card=a_button_card(ding)) as running:
        await ding.answer(LI, after=ding.user(LI).says("调预算"))
        pressed = ding.user(LI).presses("加一成")
        pressed.again()
        await ding.answer(LI, after=pressed)
        # Behind both of them in the order of the connection.
        await ding.answer(LI, after=ding.user(LI).says("好了"))
        assert await running.ended(LI_CHAT) == [SENT, SENT, SENT]
    assert len(pressed.message_ids) == 2
    assert [turn.text for turn in agent.turns] == ["调预算", "按一成加", "好了"]


class Typing(FakeAgent):
    """Answers word by word."""

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        for so_far in ("本周", "本周花费"):
            await progress(so_far)
        return Reply(text="本周花费 300 元。", markdown=True)


@pytest.fixture
def as_fast_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.drafts._EVERY_SECONDS", 0.0)
    monkeypatch.setattr("bot.channels.dingtalk.live._EVERY_SECONDS", 0.0)


@pytest.mark.parametrize("kind", [None, "lost", "qps", "unknown_error", "reset_after"])
async def test_an_answer_is_one_card_whatever_happens_to_it(
    ding: DingtalkEmulator, database: Database, as_fast_as_it_comes: None, kind: str | None
) -> None:
    if kind:
        ding.faults.next(kind, "card/streaming", count=2)
    async with desk(ding, database, Typing()) as running:
        ding.user(LI).says("花费")
        assert await running.ended(LI_CHAT) == [SENT]
    assert texts(ding) == ["本周花费 300 元。"]
    assert [each.kind for each in ding.delivered(LI)] == ["card"]
