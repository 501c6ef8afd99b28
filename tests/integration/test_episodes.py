"""Turns of customers' talks become memories: after the answer, once, and nothing else does."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from config.roles import Role
from memory.edge import EdgeIndex
from memory.episodes import Listener, unheard
from memory.facts import FactStore
from memory.index import VectorIndex
from memory.long_term import LongTermMemory, Recalled
from storage.database import Database
from storage.tables.memory import Memory, MemoryKind
from storage.tables.organisation import Organisation, Person
from storage.tables.work import InboxMessage
from tests.builders.memory import a_long_term, an_edge
from tests.builders.organisation import a_person, an_organisation
from tests.builders.talks import Talk, a_talk
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[EdgeIndex]:
    async with an_edge(tmp_path / "memory") as opened:
        yield opened


@pytest.fixture
def memory(
    database: Database, organisation: Organisation, index: VectorIndex, clock: FakeClock
) -> LongTermMemory:
    return a_long_term(database, organisation.id, index, FakeEmbedder(), clock)


@pytest.fixture
async def lin(database: Database, organisation: Organisation, clock: FakeClock) -> Talk:
    return await a_talk(database, organisation, clock, name="林小雨")


async def texts(memory: LongTermMemory, talk: Talk, question: str, **how: bool) -> list[str]:
    return [each.text for each in await recalled(memory, talk, question, **how)]


async def recalled(
    memory: LongTermMemory, talk: Talk, question: str, **how: bool
) -> list[Recalled]:
    return await memory.recall(talk.person.id, question, **how)


async def kept(database: Database) -> list[tuple[MemoryKind, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Memory).order_by(Memory.id))
        return [(row.kind, row.text) for row in rows]


async def test_what_a_customer_said_is_found_in_their_own_words(
    memory: LongTermMemory, lin: Talk
) -> None:
    await lin.says("上次那双蓝色跑鞋穿了两个月，鞋底就开胶了")
    await lin.says("我家孩子下个月上小学")
    assert await memory.listener.listen() == 2
    for indexed in (False, True):
        if indexed:
            await memory.reindex_missing()
        found = await texts(memory, lin, "跑鞋怎么了")
        assert found[0] == "上次那双蓝色跑鞋穿了两个月，鞋底就开胶了"


async def test_the_words_are_not_copied(
    memory: LongTermMemory, lin: Talk, database: Database
) -> None:
    await lin.says("这个颜色在照片里好看一些")
    await memory.listener.listen()
    assert await kept(database) == [(MemoryKind.episode, "")]


async def test_a_talk_is_remembered_once(
    memory: LongTermMemory, lin: Talk, database: Database
) -> None:
    await lin.says("我比较喜欢宽松的版型")
    await memory.listener.listen()
    async with database.unit_of_work() as session:
        # As after a crash between two processes.
        await session.execute(update(InboxMessage).values(remembered_at=None))
    assert await memory.listener.listen() == 1
    assert sorted(kind for kind, _ in await kept(database)) == ["episode", "preference"]


async def test_small_talk_commands_and_our_own_words_are_not_kept(
    memory: LongTermMemory, lin: Talk, database: Database
) -> None:
    for text in ("好的，谢谢", "/lang en", "👍", "嗯嗯"):
        await lin.says(text)
    await lin.hears("您好，我是 AI 助手，您的订单已经发货")
    assert await memory.listener.listen() == 4
    assert await kept(database) == []


async def test_words_of_staff_are_left_to_the_delivery_until_they_are_out(
    memory: LongTermMemory, lin: Talk
) -> None:
    await lin.hears("我们下周三给您补发一双新的跑鞋", staff="小李", sent=False)
    assert await memory.listener.listen() == 0
    await lin.deliver()
    assert await memory.listener.listen() == 1
    assert await texts(memory, lin, "跑鞋什么时候补发") == ["我们下周三给您补发一双新的跑鞋"]


async def test_what_is_being_answered_is_remembered_afterwards(
    memory: LongTermMemory, lin: Talk, database: Database, organisation: Organisation
) -> None:
    await lin.says("我想换一个大一号的", finished=False)
    assert await memory.listener.listen() == 0
    await lin.finish()
    async with database.reading() as session:
        assert await unheard(session, organisation.id) == 1
    assert await memory.listener.listen() == 1


async def test_colleagues_and_groups_are_not_listened_to(
    memory: LongTermMemory, database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    manager = await a_talk(database, organisation, clock, name="王经理", role=Role.manager)
    await manager.says("把春季活动的预算调到五百")
    group = await a_talk(database, organisation, clock, name="路人", private=False)
    await group.says("我昨天买了一双鞋")
    assert await memory.listener.listen() == 2
    assert await kept(database) == []


async def test_what_staff_wrote_is_remembered_with_their_name(
    memory: LongTermMemory, lin: Talk
) -> None:
    await lin.says("鞋子有点小，可以换吗")
    await lin.hears("可以的，我帮您登记换 39 码，周五前寄出", staff="小李")
    await memory.listener.listen()
    await memory.reindex_missing()
    (first, *_) = await recalled(memory, lin, "小李答应了什么")
    assert (first.text, first.speaker) == ("可以的，我帮您登记换 39 码，周五前寄出", "小李")


async def test_events_are_dated_and_preferences_are_known(
    memory: LongTermMemory, lin: Talk, database: Database, clock: FakeClock
) -> None:
    await lin.says("我明天去北京。我比较喜欢靠窗的位置。")
    await memory.listener.listen()
    async with database.reading() as session:
        rows = await session.scalars(select(Memory).where(Memory.kind != MemoryKind.episode))
        told = {row.kind: row for row in rows}
    tomorrow = (clock.now() + timedelta(days=1)).astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert told[MemoryKind.event].happens_on == tomorrow
    assert told[MemoryKind.event].text == "我明天去北京"
    assert told[MemoryKind.preference].text == "我比较喜欢靠窗的位置"
    assert told[MemoryKind.preference].source_inbox_id is not None


async def test_one_message_is_recalled_once_although_two_things_are_kept_of_it(
    memory: LongTermMemory, lin: Talk
) -> None:
    await lin.says("我比较喜欢靠窗的位置")
    await memory.listener.listen()
    await memory.reindex_missing()
    assert await texts(memory, lin, "喜欢什么位置") == ["我比较喜欢靠窗的位置"]


async def test_a_turn_that_said_what_holds_no_more_is_history(
    memory: LongTermMemory, lin: Talk, clock: FakeClock
) -> None:
    await lin.says("我住在上海")
    clock.advance(timedelta(days=30))
    await lin.says("我搬到深圳了")
    await memory.listener.listen()
    await memory.reindex_missing()
    assert await texts(memory, lin, "我住在哪里") == ["我搬到深圳了"]
    assert "我住在上海" in await texts(memory, lin, "我住在哪里", history=True)


async def test_an_old_talk_that_is_heard_late_does_not_undo_what_was_said_since(
    memory: LongTermMemory, lin: Talk, database: Database, clock: FakeClock
) -> None:
    await lin.says("我住在上海")
    clock.advance(timedelta(days=30))
    async with database.unit_of_work() as session:
        await memory.keep(session, person_id=lin.person.id, order_key="inbox:x", text="我住在深圳")
    await memory.listener.listen()
    current = [text for kind, text in await kept(database) if kind is MemoryKind.fact]
    assert current == ["我住在深圳"]


async def test_a_day_in_the_question_finds_the_talk_of_that_day(
    memory: LongTermMemory, lin: Talk, clock: FakeClock
) -> None:
    said = []
    for day in range(4):
        await lin.says(f"今天心情{'一般' if day % 2 else '不错'}，随便聊聊第{day}件小事")
        said.append(clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date())
        clock.advance(timedelta(days=1))
    await memory.listener.listen()
    await memory.reindex_missing()
    asked = f"{said[1].month}月{said[1].day}日我们聊了什么"
    assert "第1件" in (await texts(memory, lin, asked))[0]


async def test_memory_grows_up_to_a_bound_and_keeps_what_is_used(
    memory: LongTermMemory, lin: Talk, database: Database, organisation: Organisation,
    index: EdgeIndex, clock: FakeClock,
) -> None:  # fmt: skip
    listener = Listener(
        database, organisation.id, index, clock, FactStore(organisation.id, clock), most=5
    )
    await lin.says("我对花生过敏，请留意")
    await listener.listen()
    clock.advance(timedelta(days=2))
    assert await texts(memory, lin, "花生") == ["我对花生过敏，请留意"]
    for number in range(8):
        clock.advance(timedelta(minutes=1))
        await lin.says(f"随便说一件小事，编号{number}")
    clock.advance(timedelta(days=-1))
    await listener.listen()
    await memory.reindex_missing()
    assert len(await kept(database)) == 5
    assert await index.count(organisation.id) == 5


class Scribe:
    """Stands for a model: finds what it was told to find, or nobody answers."""

    def __init__(self, *quotes: Sequence[str]) -> None:
        self.quotes: Sequence[Sequence[str]] | None = quotes
        self.asked: list[Sequence[str]] = []

    async def read(self, said: Sequence[str], zone: ZoneInfo) -> Sequence[Sequence[str]] | None:
        self.asked.append(said)
        return self.quotes


async def test_a_model_reads_facts_that_rules_do_not(
    memory: LongTermMemory, lin: Talk, database: Database, clock: FakeClock
) -> None:
    await lin.says("孩子五岁了，晚上总踢被子，想看看睡袋")
    await memory.listener.listen()
    memory.reader.reads = scribe = Scribe(["孩子五岁了", "家里有两只猫"])
    assert await memory.reader.read_on() == 0  # somebody may still be writing
    clock.advance(timedelta(minutes=5))
    assert await memory.reader.read_on() == 1
    assert await memory.reader.read_on() == 0
    assert scribe.asked == [["孩子五岁了，晚上总踢被子，想看看睡袋"]]
    # What the person never said is not kept.
    assert (await kept(database))[1:] == [(MemoryKind.fact, "孩子五岁了")]


async def test_without_an_answer_of_the_model_turns_wait_for_it(
    memory: LongTermMemory, lin: Talk, clock: FakeClock
) -> None:
    await lin.says("孩子五岁了，想看看睡袋")
    await memory.listener.listen()
    clock.advance(timedelta(minutes=5))
    memory.reader.reads = scribe = Scribe([])
    scribe.quotes = None
    assert await memory.reader.read_on() == 0
    scribe.quotes = [["孩子五岁了"]]
    assert await memory.reader.read_on() == 0
    clock.advance(timedelta(minutes=11))
    assert await memory.reader.read_on() == 1
    assert len(scribe.asked) == 2


async def test_old_talks_are_not_paid_for(
    memory: LongTermMemory, lin: Talk, clock: FakeClock
) -> None:
    await lin.says("孩子五岁了，想看看睡袋")
    await memory.listener.listen()
    clock.advance(timedelta(days=8))
    memory.reader.reads = scribe = Scribe([])
    assert await memory.reader.read_on() == 0
    assert scribe.asked == []


async def test_nobody_hears_of_the_talks_of_others(
    memory: LongTermMemory, lin: Talk, database: Database, organisation: Organisation,
    clock: FakeClock,
) -> None:  # fmt: skip
    other = await a_talk(database, organisation, clock, name="赵敏")
    await lin.says("我的鞋底开胶了")
    await other.says("我的鞋带断了")
    await memory.listener.listen()
    await memory.reindex_missing()
    assert await texts(memory, lin, "我的鞋怎么了", history=True) == ["我的鞋底开胶了"]
    assert await texts(memory, other, "我的鞋怎么了", history=True) == ["我的鞋带断了"]


async def test_a_person_of_another_organisation_is_nobody(
    memory: LongTermMemory, database: Database
) -> None:
    async with database.unit_of_work() as session:
        elsewhere = await an_organisation(session, slug="other")
        stranger: Person = await a_person(session, elsewhere, name="外人")
    assert await memory.recall(stranger.id, "你好") == []
