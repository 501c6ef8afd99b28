"""A word stops what its writer's message led to, before its next effect."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from agent.contract import Reply, Turn
from bot.messages import Corrected
from storage.database import Database
from storage.tables.organisation import Organisation
from storage.tables.work import InboxMessage, InboxStatus, OutboxMessage
from tests.builders.gateway import a_gateway, an_inbound
from tests.builders.organisation import an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.clock import FakeClock


class Working(FakeAgent):
    """Works until it is stopped, or the test says that it is done."""

    def __init__(self) -> None:
        super().__init__(self.work)
        self.begun, self.done = asyncio.Event(), asyncio.Event()

    async def work(self, turn: Turn) -> Reply:
        self.begun.set()
        ends = [asyncio.create_task(each.wait()) for each in (turn.course.stop, self.done)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for each in ends:
            each.cancel()
        return Reply(text="stopped" if turn.course.stopped else f"done: {turn.text}")


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


async def outcome(database: Database) -> list[tuple[str, InboxStatus, str | None]]:
    """Each message, how it ended, and its answer."""
    async with database.reading() as session:
        rows = await session.execute(
            select(InboxMessage.text, InboxMessage.status, OutboxMessage.text)
            .outerjoin(OutboxMessage, OutboxMessage.reply_to == InboxMessage.id)
            .order_by(InboxMessage.id)
        )
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize("word", ["/cancel", "/cancel@huoke_bot", "停", "取消。", "Stop it!"])
async def test_a_word_stops_what_is_being_worked_on(
    database: Database, organisation: Organisation, word: str
) -> None:
    agent = Working()
    gateway = a_gateway(database, organisation.id, agent, FakeClock())
    await gateway.receive(an_inbound("do much", id_="1"))
    await agent.begun.wait()
    await gateway.receive(an_inbound(word, id_="2"))
    async with asyncio.timeout(60):
        await gateway.idle()
    assert await outcome(database) == [
        ("do much", InboxStatus.done, "stopped"), ("/cancel", InboxStatus.done, None),
    ]  # fmt: skip


async def test_it_stops_what_another_process_works_on(
    database: Database, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stopping._LOOK_EVERY", 0.01)
    agent = Working()
    first = a_gateway(database, organisation.id, agent, FakeClock(), owner="first")
    other = a_gateway(database, organisation.id, FakeAgent(), FakeClock(), owner="other")
    await first.receive(an_inbound("do much", id_="1"))
    await agent.begun.wait()
    await other.receive(an_inbound("停", id_="2"))
    async with asyncio.timeout(60):
        await first.idle()
    await other.idle()
    assert await outcome(database) == [
        ("do much", InboxStatus.done, "stopped"), ("/cancel", InboxStatus.done, None),
    ]  # fmt: skip


async def test_what_waits_is_not_begun(database: Database, organisation: Organisation) -> None:
    agent = Working()
    gateway = a_gateway(database, organisation.id, agent, FakeClock())
    await gateway.receive(an_inbound("do much", id_="1"))
    await agent.begun.wait()
    await gateway.receive(an_inbound("还有这些", id_="2"))
    await gateway.receive(an_inbound("停", id_="3"))
    async with asyncio.timeout(60):
        await gateway.idle()
    assert [turn.text for turn in agent.turns] == ["do much"]
    assert [answer for _, _, answer in await outcome(database)] == [
        "stopped", "已停止，还没有开始做。", None,
    ]  # fmt: skip


async def test_nobody_stops_what_another_person_asked_for(
    database: Database, organisation: Organisation
) -> None:
    agent = Working()
    gateway = a_gateway(database, organisation.id, agent, FakeClock())
    for message in (an_inbound("do much", id_="1"), an_inbound("取消", id_="2", sender="other")):
        await gateway.receive(replace(message, private=False))
    await agent.begun.wait()
    agent.done.set()
    async with asyncio.timeout(60):
        await gateway.idle()
    assert [answer for _, _, answer in await outcome(database)] == ["done: do much", "done: 取消"]


async def test_a_plain_word_means_itself_when_nothing_runs(
    database: Database, organisation: Organisation
) -> None:
    agent = FakeAgent()
    gateway = a_gateway(database, organisation.id, agent, FakeClock())
    await gateway.receive(an_inbound("取消", id_="1"))
    await gateway.receive(an_inbound("/cancel", id_="2", sender="other", chat="another"))
    await gateway.idle()
    assert [turn.text for turn in agent.turns] == ["取消"]
    assert (await outcome(database))[1][2] == "现在没有正在进行的工作。"


async def test_who_may_mean_our_mails_is_answered_as_well(
    database: Database, organisation: Organisation
) -> None:
    agent = Working()
    gateway = a_gateway(database, organisation.id, agent, FakeClock())
    await gateway.receive(an_inbound("do much", id_="1"))
    await agent.begun.wait()
    await gateway.receive(an_inbound("stop", id_="2"))
    async with asyncio.timeout(60):
        await gateway.idle()
    first, second = await outcome(database)
    assert first[2] == "stopped"
    assert second[0] == "stop"
    assert second[2]


async def test_a_turn_that_died_and_is_stopped_says_that_something_may_be_done(
    database: Database, organisation: Organisation
) -> None:
    gateway = a_gateway(database, organisation.id, FakeAgent(), FakeClock())
    gateway.wake = lambda conversation_id: None  # type: ignore[method-assign]
    await gateway.receive(an_inbound("做很多事", id_="1"))
    await gateway.receive(an_inbound("停", id_="2"))
    async with database.unit_of_work() as session:
        for row in await session.scalars(select(InboxMessage)):
            row.attempts = 1
    again = a_gateway(database, organisation.id, FakeAgent(), FakeClock())
    await again.sweep()
    await again.idle()
    ((_, _, answer), _) = await outcome(database)
    assert answer is not None
    assert answer.startswith("已停止，后面的不做了。之前做完的都有记录")


async def test_a_correction_without_words_changes_nothing(
    database: Database, organisation: Organisation
) -> None:
    gateway = a_gateway(database, organisation.id, FakeAgent(), FakeClock())
    gateway.wake = lambda conversation_id: None  # type: ignore[method-assign]
    message = replace(an_inbound("do this"), message_id="chat:1")
    await gateway.receive(message)
    for text in ("", "do that"):
        await gateway.stops.correct(
            Corrected(address=message.address, message_id="chat:1", text=text)
        )
        async with database.reading() as session:
            (said,) = await session.scalars(select(InboxMessage.text))
        assert said == (text or "do this")
