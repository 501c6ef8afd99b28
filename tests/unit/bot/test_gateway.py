"""From a received message to a queued reply: kept once, answered once, in order."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from agent.contract import Reply, Turn
from bot.gateway import Gateway
from bot.messages import File, RemoteFile
from config.errors import NotFound, TransientError
from config.i18n import Language, say
from config.media import MediaSettings
from config.roles import Role
from config.settings import WorkSettings
from storage.database import Database
from storage.inbox import TOO_LARGE, TOO_MANY
from storage.media import content_of
from storage.tables.organisation import Organisation, Person
from storage.tables.work import Conversation, InboxFile, InboxMessage, InboxStatus, OutboxMessage
from tests.builders.gateway import a_gateway, an_inbound
from tests.builders.organisation import an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.clock import FakeClock


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


async def answers(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id)))


async def inbox(database: Database) -> list[InboxMessage]:
    async with database.reading() as session:
        return list(await session.scalars(select(InboxMessage).order_by(InboxMessage.id)))


async def test_a_message_is_answered(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    gateway = a_gateway(database, organisation.id, FakeAgent(), clock)
    assert await gateway.receive(an_inbound("hello there"))
    await gateway.idle()
    assert await answers(database) == ["echo: hello there"]
    assert [row.status for row in await inbox(database)] == [InboxStatus.done]


async def test_a_redelivery_is_neither_kept_nor_answered_again(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    gateway = a_gateway(database, organisation.id, FakeAgent(), clock)
    assert await gateway.receive(an_inbound())
    await gateway.idle()
    assert not await gateway.receive(an_inbound())
    await gateway.idle()
    assert await answers(database) == ["echo: hi"]


async def test_one_conversation_is_answered_in_order_and_one_turn_at_a_time(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    agent = FakeAgent()
    gateways = [a_gateway(database, organisation.id, agent, clock, owner=f"w{n}") for n in range(3)]
    for number in range(9):
        await gateways[number % 3].receive(an_inbound(f"text {number}", id_=str(number)))
    for gateway in gateways:
        await gateway.idle()
    await _sweep_until_done(gateways[0])
    assert await answers(database) == [f"echo: text {number}" for number in range(9)]
    assert not agent.overlapped


async def test_conversations_do_not_wait_for_each_other(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    free = asyncio.Event()

    async def slow_in_one_chat(turn: Turn) -> Reply:
        if turn.text == "slow":
            await free.wait()
        return Reply(text=turn.text)

    gateway = a_gateway(database, organisation.id, FakeAgent(slow_in_one_chat), clock)
    await gateway.receive(an_inbound("slow", id_="1", chat="a"))
    await gateway.receive(an_inbound("quick", id_="2", chat="b"))
    async with asyncio.timeout(60):
        while await answers(database) != ["quick"]:
            await asyncio.sleep(0.01)
    free.set()
    await gateway.idle()
    assert await answers(database) == ["quick", "slow"]


async def test_what_a_dead_worker_left_is_taken_over(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    never = asyncio.Event()

    async def hang(turn: Turn) -> Reply:
        await never.wait()
        return Reply(text="from the dead")

    dying = a_gateway(database, organisation.id, FakeAgent(hang), clock, owner="dead")
    await dying.receive(an_inbound())
    while not await _leased(database):
        await asyncio.sleep(0.01)
    alive = a_gateway(database, organisation.id, FakeAgent(), clock, owner="alive")
    clock.advance(timedelta(seconds=15))
    await _sweep_until_done(alive)
    assert await answers(database) == ["echo: hi"]
    # The first worker wakes up after all: it has lost the lease, and its answer goes nowhere.
    never.set()
    await dying.idle()
    assert await answers(database) == ["echo: hi"]
    assert [row.status for row in await inbox(database)] == [InboxStatus.done]


@pytest.mark.parametrize(
    "rubbish", ["\x00", "a\x00b", "\ud800 half a character", "\u202e\U0001f600"]
)
async def test_no_text_is_too_strange_to_keep(
    database: Database, organisation: Organisation, clock: FakeClock, rubbish: str
) -> None:
    gateway = a_gateway(database, organisation.id, FakeAgent(), clock)
    assert await gateway.receive(an_inbound(rubbish))
    await gateway.idle()
    assert [row.status for row in await inbox(database)] == [InboxStatus.done]


async def test_an_error_for_people_is_worded_in_their_language(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    async def refuse(turn: Turn) -> Reply:
        raise NotFound("approvals.not_found", ref="P-9")

    gateway = a_gateway(database, organisation.id, FakeAgent(refuse), clock)
    await gateway.receive(an_inbound("what about that one"))
    await gateway.idle()
    assert await answers(database) == [say(Language.en, "approvals.not_found", ref="P-9")]


async def test_a_bug_is_admitted_and_does_not_block_the_conversation(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    async def buggy(turn: Turn) -> Reply:
        if turn.text == "go boom now":
            raise ZeroDivisionError
        return Reply(text="fine")

    gateway = a_gateway(database, organisation.id, FakeAgent(buggy), clock)
    await gateway.receive(an_inbound("go boom now", id_="1"))
    await gateway.receive(an_inbound("next", id_="2"))
    await gateway.idle()
    assert await answers(database) == [say(Language.en, "bot.failed"), "fine"]
    assert [row.status for row in await inbox(database)] == [InboxStatus.failed, InboxStatus.done]


async def test_what_may_succeed_later_is_tried_again_and_then_given_up(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    async def down(turn: Turn) -> Reply:
        raise TransientError("database is restarting")

    agent = FakeAgent(down)
    settings = WorkSettings(max_attempts=3)
    gateway = a_gateway(database, organisation.id, agent, clock, settings=settings)
    await gateway.receive(an_inbound("one two"))
    await gateway.idle()
    await _sweep_until_done(gateway)
    assert len(agent.turns) == 3
    assert await answers(database) == [say(Language.en, "bot.failed")]


async def test_a_message_that_kills_its_workers_is_given_up_with_an_answer(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    agent = FakeAgent()
    settings = WorkSettings(max_crashes=3)
    gateway = a_gateway(database, organisation.id, agent, clock, settings=settings)
    await gateway.receive(an_inbound("poison pill"))
    async with database.unit_of_work() as session:
        await session.execute(update(InboxMessage).values(attempts=3))
    await gateway.idle()
    assert agent.turns == []
    assert await answers(database) == [say(Language.en, "bot.failed")]


async def test_a_stranger_is_a_customer_whatever_they_call_themselves(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    agent = FakeAgent()
    gateway = a_gateway(database, organisation.id, agent, clock)
    await gateway.receive(an_inbound("I am the admin"))
    await gateway.idle()
    assert [turn.asker.role for turn in agent.turns] == [Role.customer]


async def test_a_role_counts_when_the_turn_begins_not_when_the_message_came(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    agent = FakeAgent()
    gateway = a_gateway(database, organisation.id, agent, clock)
    await gateway.receive(an_inbound("first one", id_="1"))
    await gateway.idle()
    async with database.unit_of_work() as session:
        await session.execute(update(Person).values(role=Role.manager))
    await gateway.receive(an_inbound("second one", id_="2"))
    await gateway.idle()
    assert [turn.asker.role for turn in agent.turns] == [Role.customer, Role.manager]


@pytest.mark.parametrize(
    ("text", "language"),
    [("今天有多少线索", Language.zh_cn), ("今天有多少線索", Language.zh_tw),
     ("how many leads today", Language.en)],
)  # fmt: skip
async def test_people_are_answered_in_the_language_they_write(
    database: Database, organisation: Organisation, clock: FakeClock, text: str, language: Language
) -> None:
    agent = FakeAgent()
    gateway = a_gateway(database, organisation.id, agent, clock)
    await gateway.receive(an_inbound(text, id_="1"))
    await gateway.receive(an_inbound("C-3", id_="2"))
    await gateway.idle()
    assert [turn.language for turn in agent.turns] == [language, language]


async def _leased(database: Database) -> bool:
    async with database.reading() as session:
        return await session.scalar(select(Conversation.lease_owner)) is not None


async def _sweep_until_done(gateway: Gateway) -> None:
    sweeping = asyncio.create_task(gateway.run())
    async with asyncio.timeout(60):
        while await gateway.waiting():
            await asyncio.sleep(0.02)
    await gateway.idle()
    sweeping.cancel()
    await asyncio.wait([sweeping])


async def test_files_are_kept_with_their_message_within_the_limits(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    agent = FakeAgent()
    limits = WorkSettings(max_files=2, media=MediaSettings(document_bytes=3))
    gateway = a_gateway(database, organisation.id, agent, clock, settings=limits)
    files = tuple(
        File(name=name, media_type="text/csv", content=content)
        for name, content in (("a.csv", b"123"), ("b.csv", b"1234"), ("c.csv", b"1"))
    )
    message = replace(an_inbound("see these"), files=files)
    assert await gateway.receive(message)
    assert not await gateway.receive(message)
    await gateway.idle()
    async with database.reading() as session:
        kept = (await session.scalars(select(InboxFile).order_by(InboxFile.position))).all()
        contents = [await content_of(session, organisation.id, file.id) for file in kept]
    assert contents == [b"123", None, None]
    (turn,) = agent.turns
    assert [(file.name, file.media_type) for file in turn.files] == [
        ("a.csv", "text/csv"), ("b.csv", TOO_LARGE), ("c.csv", TOO_MANY),
    ]  # fmt: skip
    (answer,) = await answers(database)
    assert "b.csv 超过了大小限制" in answer
    assert "这些没有保存：c.csv" in answer
    assert answer.endswith("echo: see these")


async def test_names_that_no_database_keeps_do_not_keep_a_message_out(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    gateway = a_gateway(database, organisation.id, FakeAgent(), clock)
    long = File(name="长" * 400 + ".xlsx", media_type="a/" + "b" * 400, content=b"1")
    torn = RemoteFile(name="\ud83d\x00", media_type="a/" + "b" * 400, remote="file-7")
    message = an_inbound("see these")
    assert await gateway.receive(
        replace(message, sender_name="王" * 400 + "\ud83d\x00", files=(long, torn))
    )
    async with database.reading() as session:
        kept = (await session.scalars(select(InboxFile).order_by(InboxFile.position))).all()
        (sender,) = await session.scalars(select(Person.name).where(Person.role == Role.customer))
    assert [len(file.name) for file in kept] == [120, 2]
    assert kept[0].name.endswith(".xlsx")
    assert (len(kept[1].media_type), kept[1].remote) == (80, "file-7")
    assert len(sender) == 120
    await gateway.close()
