"""/forget and /export: after a customer is forgotten, what only they said is in no store."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
import structlog
from redis.asyncio import Redis
from sqlalchemy import func, inspect, select, text, update

from bot.gateway import Gateway
from bot.messages import Address, InboundMessage
from bot.notices import OutboxNotifier
from config.i18n import Language, say
from config.logging import set_up_logging
from config.notices import NoticeSettings
from config.roles import Role
from config.settings import LogSettings
from memory.connect import open_redis
from memory.edge import EdgeIndex
from memory.insights import Insights
from memory.keys import ConversationKey
from memory.rebuild import window_from_database
from memory.short_term import ShortTermMemory
from storage.audit import AuditLog
from storage.database import Database
from storage.outbox import Draft, File, Outbox
from storage.tables.memory import Memory, MemoryKind
from storage.tables.model import DecidedCall
from storage.tables.organisation import Organisation, Person
from storage.tables.visit import Visit
from storage.tables.work import (
    Conversation,
    InboxMessage,
    OutboxFile,
    OutboxMessage,
    OutboxStatus,
)
from tests.builders.context import a_context
from tests.builders.gateway import a_gateway, an_eraser
from tests.builders.memory import Teller, a_long_term
from tests.builders.organisation import an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder
from tests.integration.processes import demo
from tools.context import ToolContext
from tools.leads.service import LeadService, NewLead
from tools.people.service import PeopleService, add_person, bind
from tools.visits.ending import VisitEnder
from tools.visits.service import Touched, VisitService

CANARY, OTHERS = "Kanarienvogel7f3", "Papageitaucher9c1"
ZH = Language.zh_cn


class Shop:
    """A customer full of canaries, another one, and an admin, all with real stores behind them."""

    def __init__(
        self, database: Database, redis: Redis, index: EdgeIndex, clock: FakeClock,
        organisation: Organisation,
    ) -> None:  # fmt: skip
        self.database, self.redis, self.index, self.clock = database, redis, index, clock
        self.organisation = organisation
        eraser = an_eraser(database, organisation.id, clock, index, redis)
        self.gateway: Gateway = a_gateway(
            database, organisation.id, FakeAgent(), clock, eraser=eraser
        )
        self.outbox = Outbox(organisation.id, clock, owner="worker")
        self.memory = a_long_term(database, organisation.id, index, FakeEmbedder(), clock)
        self.window = ShortTermMemory(redis, ttl=timedelta(minutes=5), window_tokens=2_000)
        self._count = 0

    async def person(self, who: str) -> Person:
        async with self.database.reading() as session:
            found = await PeopleService(session, self.organisation.id).behind("fake", who)
            assert found is not None
            return found

    async def says(self, who: str, words: str, *, group: bool = False) -> OutboxMessage:
        self._count += 1
        address = Address(channel="fake", bot="bot", chat="group" if group else who)
        await self.gateway.receive(
            InboundMessage(
                external_id=str(self._count), address=address, sender_id=who,
                sender_name=f"{who} {CANARY if who == 'guest' else OTHERS}", text=words,
                private=not group,
            )
        )  # fmt: skip
        await self.gateway.idle()
        async with self.database.reading() as session:
            conversation = await self.gateway._inbox.find_conversation(session, address)
            assert conversation is not None
            await self.window.recent(
                ConversationKey(organisation_id=self.organisation.id, conversation_id=conversation),
                lambda: window_from_database(self.database, conversation),
            )
            return (await self.outbox.last(session, conversation, 1))[0]

    async def talked(self, customer: Person, conversation_id: int, word: str) -> None:
        """What staff wrote and noted, and what long-term memory makes of all that was said."""
        boss = await self.person("boss")
        async with self.database.unit_of_work() as session:
            session.add(
                OutboxMessage(
                    organisation_id=self.organisation.id, key=f"staff:{customer.id}",
                    conversation_id=conversation_id, text=f"{word} 明天发货", said_by="小李",
                    status=OutboxStatus.sent, created_at=self.clock.now(),
                )
            )  # fmt: skip
            insights = Insights(self.organisation.id, self.clock)
            assert await insights.add(
                session,
                about=customer,
                author_id=boss.id,
                order_key=f"inbox:{customer.id}",
                text=f"爱{word}",
            )
        assert await self.memory.listener.listen()
        async with self.database.reading() as session:
            kinds = await session.scalars(
                select(Memory.kind).where(Memory.person_id == customer.id).distinct()
            )
            assert {*kinds} == {*MemoryKind} - {MemoryKind.wish, MemoryKind.summary}

    async def visited(self, customer: Person, conversation_id: int) -> None:
        """They leave: the visit is summed up, their lead learns of it, the admin of what is due."""
        notifier = OutboxNotifier(
            self.organisation.id, self.outbox, ZH, clock=self.clock, settings=NoticeSettings()
        )
        context = a_context(
            self.database, self.organisation, customer, self.clock, notifier=notifier,
            conversation_id=conversation_id,
        )  # fmt: skip
        async with self.database.unit_of_work() as session:
            ids = await session.scalars(
                select(InboxMessage.id).where(
                    InboxMessage.conversation_id == conversation_id,
                    InboxMessage.person_id == customer.id,
                )
            )
            for inbox_id in sorted(ids):
                await VisitService.of(session, context).touch(
                    Touched(
                        conversation_id=conversation_id, person_id=customer.id, inbox_id=inbox_id,
                        intent="search_knowledge",
                    )
                )  # fmt: skip
            new = NewLead(name="lead", phone=None, order_key=f"inbox:{inbox_id}:0")
            await LeadService.of(session, context).capture(session, new)
        self.clock.advance(timedelta(minutes=31))

        async def open_context(order_key: str) -> ToolContext:
            return context

        assert await VisitEnder(open_context).look() == 1

    async def lives(self, who: str, word: str) -> None:
        """Leaves the word everywhere that it can get to."""
        answer = await self.says(who, f"我叫 {word}")
        await self.says(who, f"大家好，{word}", group=True)
        teller = Teller(self.memory, self.database, await self.person(who))
        await teller.says(f"我叫{word}")
        await teller.says(f"我叫{word}二世")
        await self.says(who, f"我昨天买了{word}。我很喜欢{word}")
        await self.talked(teller.person, answer.conversation_id, word)
        await self.visited(teller.person, answer.conversation_id)
        await self.memory.reindex_missing()
        async with self.database.unit_of_work() as session:
            session.add(
                OutboxFile(
                    organisation_id=self.organisation.id, outbox_id=answer.id, position=0,
                    name=f"{word}.txt", media_type="text/plain", content=word.encode(),
                )
            )  # fmt: skip
            assert answer.reply_to is not None
            session.add(
                DecidedCall(
                    organisation_id=self.organisation.id, inbox_id=answer.reply_to, position=0,
                    call={"tool": "remember", "args": {"fact": word}},
                )
            )  # fmt: skip
            place = await session.get_one(Conversation, answer.conversation_id)
            place.summary = word
            await session.execute(
                update(Visit)
                .where(Visit.person_id == teller.person.id)
                .values(variables={"need": word}, course={"learned": {"need": word}})
            )
            for key in (f"inbox:{answer.reply_to}:0:contact:1", f"later:{who}"):
                other = key.startswith("inbox")
                conversation = 1 if other else answer.conversation_id
                draft = Draft(key=key, conversation_id=conversation, text=word,
                              files=(File(name="n", media_type="t", content=word.encode()),))  # fmt: skip
                await self.outbox.queue(session, draft)
        structlog.get_logger().info("turn.done", person=teller.person.id)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    set_up_logging(LogSettings(), tmp_path / "logs")
    yield tmp_path
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = before
    structlog.reset_defaults()


@pytest.fixture
async def shop(database: Database, folder: Path, clock: FakeClock) -> AsyncIterator[Shop]:
    redis, index = open_redis(None), EdgeIndex(folder / "memory")
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        boss = await add_person(session, organisation.id, clock, name="boss", role=Role.admin)
        await bind(session, boss, clock, channel="fake", external_id="boss")
    opened = Shop(database, redis, index, clock, organisation)
    await opened.says("boss", "hello")
    await opened.lives("guest", CANARY)
    await opened.lives("other", OTHERS)
    yield opened
    await redis.flushall()
    await redis.aclose()
    await index.aclose()


async def places_of(word: str, shop: Shop, folder: Path) -> list[str]:
    """Every file, Redis value and column in which the word stands."""
    found = files_with(word, folder)
    for key in map(str, await shop.redis.keys()):
        if word in key or word in str(await cast(Awaitable[object], shop.redis.lrange(key, 0, -1))):
            found.append(f"redis {key}")
    async with shop.database.engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        for table in tables:
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
            if any(word in readable(value) for row in rows for value in row):
                found.append(f"table {table}")
    return found


def files_with(word: str, folder: Path) -> list[str]:
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and word.encode() in path.read_bytes()
    ]


def kept_places(places: list[str]) -> set[str]:
    """Without the database's own files, between which pages wander."""
    return {place for place in places if not place.startswith("huoke.db")}


def readable(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


async def test_the_search_finds_a_canary_wherever_it_lives(shop: Shop, folder: Path) -> None:
    found = set(await places_of(CANARY, shop, folder))
    tables = {
        "people", "inbox", "outbox", "outbox_files", "memories", "conversations", "decided_calls",
        "visits", "follow_ups", "lead_notes",
    }  # fmt: skip
    assert {f"table {name}" for name in tables} <= found
    assert any(place.startswith("redis") for place in found)
    assert not any(place.startswith("memory/") for place in found), "the index knows no texts"
    assert not any(place.startswith("logs/") for place in found)


async def test_after_forget_confirm_no_store_knows_the_customer(shop: Shop, folder: Path) -> None:
    before = kept_places(await places_of(OTHERS, shop, folder))
    answer = await shop.says("guest", "/forget confirm")
    assert answer.text == say(ZH, "memory.forgotten_you", memories=4, messages=3, answers=6)
    assert await places_of(CANARY, shop, folder) == []
    assert kept_places(await places_of(OTHERS, shop, folder)) == before
    async with shop.database.reading() as session:
        assert (await AuditLog(shop.organisation.id, shop.clock).verify(session)).broken_at is None
        rows = await session.scalar(select(func.count(InboxMessage.id)))
    assert rows == 8, "messages stay as rows, so that what refers to them still fits"
    # Two statements, an event, a preference, three turns of a talk, an insight, a visit.
    assert await shop.index.count(shop.organisation.id) == 9
    assert await shop.memory.listener.listen() == 1, "the command itself; nothing is made anew"
    assert await places_of(CANARY, shop, folder) == []


async def test_forget_alone_only_shows_what_would_go(shop: Shop, folder: Path) -> None:
    before = await places_of(CANARY, shop, folder)
    answer = await shop.says("guest", "/forget")
    assert [button["send"] for button in answer.buttons] == ["/forget confirm"]
    assert "/export" in answer.text
    assert set(await places_of(CANARY, shop, folder)) >= set(before)


async def test_an_admin_may_have_somebody_forgotten_and_nobody_else_may(
    shop: Shop, folder: Path
) -> None:
    guest = await shop.person("guest")
    refusal = say(ZH, "memory.forget_only_yourself")
    assert (await shop.says("other", f"/forget #{guest.id} confirm")).text == refusal
    assert await places_of(CANARY, shop, folder) != []
    shown = await shop.says("boss", f"/forget #{guest.id}")
    assert [button["send"] for button in shown.buttons] == [f"/forget #{guest.id} confirm"]
    await shop.says("boss", f"/forget #{guest.id} confirm")
    found = await places_of(CANARY, shop, folder)
    # The preview named the customer to the admin; being forgotten again takes nothing from them.
    assert set(found) <= {"table outbox", "huoke.db", "huoke.db-wal"}
    async with shop.database.reading() as session:
        event = (await AuditLog(shop.organisation.id, shop.clock).latest(session, 1))[0]
    assert event.event == "person.forgotten"
    assert event.details["person"] == guest.id


async def test_forgetting_twice_is_harmless_and_life_goes_on(shop: Shop) -> None:
    await shop.says("guest", "/forget confirm")
    again = await shop.says("guest", "/forget confirm")
    # The first command and its answer are gone now, too.
    expected = say(ZH, "memory.forgotten_you", memories=0, messages=1, answers=1)
    assert again.text == expected
    assert (await shop.says("guest", "hello again")).text == "echo: hello again"


async def test_a_colleague_keeps_their_name(shop: Shop) -> None:
    await shop.says("boss", "/forget confirm")
    assert (await shop.person("boss")).name == "boss"


async def test_words_that_waited_to_be_sent_are_not_sent(shop: Shop) -> None:
    await shop.says("guest", "/forget confirm")
    async with shop.database.unit_of_work() as session:
        texts = []
        while waiting := await shop.outbox.waiting(session, "fake"):
            (parcel,) = await shop.outbox.claim(session, waiting)
            texts.append(parcel.text)
            await shop.outbox.sent(session, parcel.id, "x")
    assert "" not in texts
    assert not any(CANARY in each for each in texts)


async def test_export_gives_everything_about_the_person_and_nothing_else(shop: Shop) -> None:
    answer = await shop.says("guest", "/export")
    async with shop.database.reading() as session:
        (file,) = await session.scalars(select(OutboxFile).where(OutboxFile.outbox_id == answer.id))
    everything = json.loads(file.content)
    assert everything["person"]["name"] == f"guest {CANARY}"
    assert everything["accounts"][0]["account"] == "guest"
    assert [each["until"] is None for each in everything["memories"]] == [False, True, True, True]
    assert everything["organisation_records"]["insights_about"] == 1
    (visit,) = everything["visits"]
    assert CANARY in visit["summary"]
    assert CANARY in visit["follow_ups"][0]["text"]
    assert "爱" not in file.content.decode(), "what staff noted is for staff"
    said = [
        message["text"]
        for place in everything["conversations"]
        for message in place["messages"]
        if message["from"] == "person"
    ]
    bought = f"我昨天买了{CANARY}。我很喜欢{CANARY}"
    assert said == [f"我叫 {CANARY}", bought, "/export", f"大家好，{CANARY}"]
    assert OTHERS not in file.content.decode()


async def test_export_is_refused_where_others_read_along(shop: Shop) -> None:
    answer = await shop.says("guest", "/export", group=True)
    assert answer.text == say(ZH, "memory.export_in_private")


def test_the_real_program_leaves_no_trace_either(tmp_path: Path) -> None:
    said = demo(tmp_path, f"我叫{CANARY}", f"记住我喜欢{CANARY}", person="访客")
    assert said.code == 0
    assert files_with(CANARY, tmp_path) != []
    forgotten = demo(tmp_path, "/forget confirm", "/export", person="访客")
    assert forgotten.code == 0
    left = files_with(CANARY, tmp_path)
    assert left == []
