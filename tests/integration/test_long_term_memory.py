"""Long-term memory from what is said to what is recalled, on both databases and the real engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from config.clock import SystemClock
from config.settings import Settings
from memory.edge import EdgeIndex
from memory.embeddings import LocalEmbedder
from memory.index import Item, Point, VectorIndex
from memory.opening import open_long_term
from memory.server import ServerIndex
from storage.database import Database
from storage.tables.memory import Memory
from storage.tables.organisation import Organisation
from tests.builders.memory import Teller, a_long_term, an_edge
from tests.builders.organisation import a_person, an_organisation
from tests.emulators.qdrant import QdrantEmulator, serving
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[VectorIndex]:
    async with an_edge(tmp_path / "memory") as opened:
        yield opened


async def a_teller(
    database: Database,
    organisation: Organisation,
    index: VectorIndex,
    clock: FakeClock,
    name: str = "Wang",
) -> Teller:
    async with database.unit_of_work() as session:
        person = await a_person(session, organisation, name=name)
    memory = a_long_term(database, organisation.id, index, FakeEmbedder(), clock)
    return Teller(memory, database, person)


@pytest.fixture
async def wang(
    database: Database, organisation: Organisation, index: VectorIndex, clock: FakeClock
) -> Teller:
    return await a_teller(database, organisation, index, clock)


async def test_what_was_said_is_recalled_by_what_it_is_about(wang: Teller) -> None:
    for text in ("我对花生过敏", "以后报表都用英文", "我们的客单价是300元", "我只看 Meta"):
        await wang.says(text)
    await wang.memory.reindex_missing()
    assert (await wang.recalls("报表用什么语言？"))[0] == "以后报表都用英文"
    assert (await wang.recalls("客单价多少"))[0] == "我们的客单价是300元"
    assert (await wang.recalls("meta campaigns"))[0] == "我只看 Meta"


async def test_it_is_known_before_the_index_heard_of_it(wang: Teller) -> None:
    await wang.says("我对花生过敏")
    assert await wang.recalls("花生") == ["我对花生过敏"]


async def test_a_kept_statement_is_gone_when_its_transaction_fails(
    wang: Teller, database: Database
) -> None:
    with pytest.raises(RuntimeError):
        async with database.unit_of_work() as session:
            await wang.memory.keep(
                session, person_id=wang.person.id, order_key="inbox:9", text="我对花生过敏"
            )
            raise RuntimeError
    assert await wang.recalls("花生") == []


async def test_the_newer_wish_replaces_the_older_which_keeps_its_dates(
    wang: Teller, clock: FakeClock
) -> None:
    began = clock.now()
    await wang.says("以后报表都用英文")
    await wang.memory.reindex_missing()
    clock.advance(timedelta(days=3))
    kept = await wang.says("报表还是用中文吧")
    assert kept.closed == ("以后报表都用英文",)
    for heard in (0, 2):  # before and after the index heard of both the new and the old
        if heard:
            assert await wang.memory.reindex_missing() == heard
        assert await wang.recalls("报表用什么语言") == ["报表还是用中文吧"]
        newest, older = await wang.memory.recall(wang.person.id, "报表语言", history=True)
        assert (newest.text, newest.until) == ("报表还是用中文吧", None)
        assert (older.since, older.until) == (began, began + timedelta(days=3))


async def test_the_same_said_again_is_one_memory_that_is_fresh_again(
    wang: Teller, database: Database, clock: FakeClock
) -> None:
    await wang.says("我喜欢喝茶")
    clock.advance(timedelta(days=10))
    for text in ("我喜欢喝茶", "我爱喝茶", "我很喜欢喝茶的"):
        assert (await wang.says(text)).known == ("我喜欢喝茶",)
    async with database.reading() as session:
        (row,) = (await session.scalars(select(Memory))).all()
    assert row.used_at == clock.now()


async def test_distinct_facts_stay_apart(wang: Teller) -> None:
    said = [
        "我女儿今年5岁",
        "我儿子今年5岁",
        "我喜欢喝茶",
        "我喜欢喝咖啡",
        "王总负责采购",
        "王总负责销售",
    ]
    for text in said:
        await wang.says(text)
    assert sorted(await wang.recalls("我")) == sorted(said)


async def test_the_opposite_closes_what_was_said(wang: Teller) -> None:
    await wang.says("我喜欢喝茶")
    assert (await wang.says("我不喜欢喝茶了")).closed == ("我喜欢喝茶",)
    assert await wang.recalls("喝茶") == ["我不喜欢喝茶了"]


async def test_people_and_organisations_know_nothing_of_each_other(
    wang: Teller, database: Database, organisation: Organisation, index: VectorIndex,
    clock: FakeClock,
) -> None:  # fmt: skip
    li = await a_teller(database, organisation, index, clock, "Li")
    async with database.unit_of_work() as session:
        elsewhere = await an_organisation(session, slug="other")
    zhao = await a_teller(database, elsewhere, index, clock, "Zhao")
    for teller, text in ((wang, "我喜欢喝茶"), (li, "我喜欢喝咖啡"), (zhao, "我喜欢喝酒")):
        await teller.says(text)
    for indexed in (False, True):
        if indexed:
            await wang.memory.reindex_missing()
            await zhao.memory.reindex_missing()
        assert await wang.recalls("我喜欢喝什么", history=True) == ["我喜欢喝茶"]
        assert await li.recalls("我喜欢喝什么", history=True) == ["我喜欢喝咖啡"]
        assert await zhao.recalls("我喜欢喝什么", history=True) == ["我喜欢喝酒"]
        assert await zhao.memory.recall(wang.person.id, "喝茶") == []


async def test_recall_is_short_and_keeps_the_best(wang: Teller) -> None:
    await wang.says("我对花生过敏")
    for number in range(12):
        await wang.says(f"第{number}件事：" + "长" * 300)
    await wang.memory.reindex_missing()
    recalled = await wang.recalls("我对什么过敏，花生吗")
    assert recalled[0] == "我对花生过敏"
    assert sum(map(len, recalled)) <= 1_500
    assert len(await wang.recalls("花生", limit=2)) == 2


async def test_old_and_unimportant_things_are_moved_back_but_never_out(
    wang: Teller, clock: FakeClock, database: Database
) -> None:
    await wang.says("王总喜欢红色")
    clock.advance(timedelta(days=2_000))
    await wang.says("王总喜欢红酒")
    await wang.memory.reindex_missing()
    assert await wang.recalls("王总喜欢红") == ["王总喜欢红酒", "王总喜欢红色"]


async def test_what_is_recalled_becomes_fresh_at_most_once_a_day(
    wang: Teller, clock: FakeClock, database: Database
) -> None:
    await wang.says("我喜欢喝茶")
    said = clock.now()

    async def used() -> object:
        async with database.reading() as session:
            return await session.scalar(select(Memory.used_at))

    clock.advance(timedelta(hours=5))
    await wang.recalls("喝茶")
    assert await used() == said
    clock.advance(timedelta(days=5))
    await wang.recalls("喝茶")
    assert await used() == clock.now()


async def test_nobody_pays_for_a_model_before_there_is_a_memory(wang: Teller) -> None:
    assert await wang.recalls("报表用什么语言？") == []
    embedder = wang.memory._embedder
    assert isinstance(embedder, FakeEmbedder)
    assert embedder.asked == 0


async def test_a_lost_index_is_filled_again(
    wang: Teller, tmp_path: Path, database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    await wang.says("我喜欢喝茶")
    await wang.says("我对花生过敏")
    assert await wang.memory.reindex_missing() == 2
    async with an_edge(tmp_path / "elsewhere") as empty:
        moved = a_long_term(database, organisation.id, empty, FakeEmbedder(), clock)
        await moved.indexer.refill_when_lost()
        assert await moved.reindex_missing() == 2
        await moved.indexer.refill_when_lost()
        assert await moved.reindex_missing() == 0
        assert await empty.count(organisation.id) == 2


class Meanwhile(EdgeIndex):
    """Something happens just before the first points are written."""

    def __init__(self, folder: Path, happening: Callable[[], Awaitable[None]]) -> None:
        super().__init__(folder)
        self.told: list[list[bool]] = []
        self._happening = happening

    async def upsert(self, points: Sequence[Item]) -> None:
        if not self.told:
            await self._happening()
        self.told.append([point.current for point in points if isinstance(point, Point)])
        await super().upsert(points)


async def test_a_row_erased_while_it_was_embedded_leaves_no_point(
    database: Database, organisation: Organisation, clock: FakeClock, tmp_path: Path
) -> None:
    async def erase() -> None:
        async with database.unit_of_work() as session:
            await session.execute(delete(Memory))

    index = Meanwhile(tmp_path / "memory", erase)
    wang = await a_teller(database, organisation, index, clock)
    await wang.says("我喜欢喝茶")
    await wang.memory.reindex_missing()
    assert index.told == [[True]]
    assert await index.count(organisation.id) == 0
    await index.aclose()


async def test_a_row_closed_while_it_was_embedded_is_told_again(
    database: Database, organisation: Organisation, clock: FakeClock, tmp_path: Path
) -> None:
    async def close() -> None:
        async with database.unit_of_work() as session:
            await session.execute(update(Memory).values(valid_to=clock.now()))

    index = Meanwhile(tmp_path / "memory", close)
    wang = await a_teller(database, organisation, index, clock)
    await wang.says("我喜欢喝茶")
    assert await wang.memory.reindex_missing() == 2
    assert index.told == [[True], [False]]
    await index.aclose()


async def test_without_its_server_words_must_do_and_nothing_is_lost(
    database: Database, organisation: Organisation, clock: FakeClock, tmp_path: Path
) -> None:
    emulator = QdrantEmulator(tmp_path)
    async with serving(emulator) as url:
        index = ServerIndex(url, None, collection="test", timeout_seconds=5)
        wang = await a_teller(database, organisation, index, clock)
        await wang.says("我喜欢喝茶")
        await wang.memory.reindex_missing()
        emulator.down = True
        await wang.says("我对花生过敏")
        assert (await wang.recalls("花生"))[0] == "我对花生过敏"
        assert (await wang.recalls("喝茶"))[0] == "我喜欢喝茶"
        emulator.down = False
        assert await wang.memory.reindex_missing() == 1
        assert (await wang.recalls("花生"))[0] == "我对花生过敏"
        await index.aclose()


async def test_opened_as_the_settings_say_it_indexes_by_itself(
    database: Database, organisation: Organisation, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    async with open_long_term(
        settings, database, organisation.id, LocalEmbedder(), SystemClock()
    ) as memory:
        assert not (tmp_path / "memory").exists()
        async with database.unit_of_work() as session:
            person = await a_person(session, organisation)
        await Teller(memory, database, person).says("I am allergic to peanuts")
        async with asyncio.timeout(60):
            while await _unindexed(database):
                await asyncio.sleep(0.05)
        (found,) = await memory.recall(person.id, "我对什么过敏？")
        assert found.text == "I am allergic to peanuts"


async def _unindexed(database: Database) -> bool:
    async with database.reading() as session:
        return bool(await session.scalar(select(Memory.id).where(Memory.indexed_at.is_(None))))
