"""The index of documents follows the database through changes in the middle; the graph adds to it."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.knowledge_check import check_chunks
from config.settings import Settings
from memory.edge import EdgeIndex
from memory.embeddings import Vector
from memory.knowledge import Knowledge
from memory.knowledge_graph import related_chunks
from memory.knowledge_index import waiting
from storage.database import Database
from storage.tables.knowledge import Chunk, Document
from storage.tables.relation import Entity, Relation, RelationKind
from tests.builders.chunks import Chunks, a_knowledge, texts
from tests.builders.memory import an_edge
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder
from tests.integration.knowledge.conftest import INVOICE, RETURNS, WARRANTY


class InTheMiddle(FakeEmbedder):
    """Somebody does something while the texts of a batch are turned into vectors, once."""

    def __init__(self, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._happens: Callable[[], Awaitable[None]] | None = happens

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        happens, self._happens = self._happens, None
        if happens is not None:
            await happens()
        return await super().passages(texts)


async def test_a_title_that_changes_while_the_index_is_told_is_told_again(
    database: Database, library: Chunks, company: int, index: EdgeIndex, clock: FakeClock
) -> None:
    document_id = await library.adds(RETURNS, WARRANTY, title="旧标题")

    async def retitle() -> None:
        async with database.unit_of_work() as session:
            (await session.get_one(Document, document_id)).title = "会员积分"
            await session.execute(update(Chunk).values(indexed_at=None))

    knowledge = a_knowledge(database, company, index, InTheMiddle(retitle), clock)
    assert await knowledge.indexer.reindex_missing() == 4
    assert await waiting(database) == 0
    (now, *_), (before, *_) = [await knowledge.search(title) for title in ("会员积分", "旧标题")]
    assert now.score > before.score


async def test_a_document_that_is_rewritten_while_the_index_is_told_answers_as_it_is_now(
    database: Database, library: Chunks, company: int, index: EdgeIndex, clock: FakeClock
) -> None:
    document_id = await library.adds(RETURNS)

    async def rewrite() -> None:
        await library.rewrites(document_id, WARRANTY)

    knowledge = a_knowledge(database, company, index, InTheMiddle(rewrite), clock)
    await knowledge.indexer.reindex_missing()
    assert await waiting(database) == 0
    assert texts(await knowledge.search("how long is the warranty of shoes")) == [WARRANTY]
    assert RETURNS not in texts(await knowledge.search("退货运费"))


async def test_what_the_index_lost_or_has_too_much_the_doctor_sees_and_reindexing_repairs(
    database: Database, library: Chunks, knowledge: Knowledge, index: EdgeIndex, company: int
) -> None:
    await library.adds(RETURNS, INVOICE)
    await library.adds(WARRANTY)
    await knowledge.indexer.reindex_missing()
    settings = Settings()
    assert (await check_chunks(settings, database, index)).fine
    await index.delete([*await index.ids(company)])
    lost = await check_chunks(settings, database, index)
    assert not lost.fine
    assert "3 parts of documents, 0 in the index" in lost.seen
    assert "knowledge reindex" in lost.advice
    assert await knowledge.indexer.reindex() == 3
    assert (await check_chunks(settings, database, index)).fine
    assert texts(await knowledge.search("怎么开发票", limit=1)) == [
        "在订单页面点击申请，当天发到邮箱。"
    ]


async def test_a_doctor_on_his_own_opens_the_index_and_leaves_it_closed(
    database: Database, library: Chunks, company: int, clock: FakeClock, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    assert (await check_chunks(settings, database)).fine
    assert not (tmp_path / "knowledge").exists()
    await library.adds(RETURNS)
    for _ in range(2):
        async with an_edge(tmp_path / "knowledge") as opened:
            await a_knowledge(database, company, opened, FakeEmbedder(), clock).indexer.reindex()
        seen = await check_chunks(settings, database)
        assert (seen.fine, "1 in the index" in seen.seen) == (True, True)


KIT = "雅思 7 分冲刺营包含全套教材和词汇手册。"


async def related(database: Database, organisation_id: int, document_id: int) -> None:
    """That the camp contains the books, as document `document_id` says."""
    async with database.unit_of_work() as session:
        things = [
            Entity(organisation_id=organisation_id, name=name, key=name)
            for name in ("雅思 7 分冲刺营", "全套教材")
        ]
        session.add_all(things)
        await session.flush()
        session.add(
            Relation(
                organisation_id=organisation_id, document_id=document_id,
                subject_id=things[0].id, object_id=things[1].id, kind=RelationKind.contains,
            )
        )  # fmt: skip


async def test_what_the_graph_relates_to_what_is_asked_about_is_read_too(
    knowledge: Knowledge, library: Chunks, database: Database, company: int
) -> None:
    asked = "冲刺营要买书吗？冲刺营哪天开始，冲刺营在哪里上课"
    await library.adds(*(f"冲刺营在哪里上课：第 {number} 教室，要买书。" for number in range(8)))
    camp = await library.adds(KIT)
    await knowledge.indexer.reindex_missing()
    before = texts(await knowledge.search(asked, limit=3))
    assert KIT not in before
    await related(database, company, camp)
    after = texts(await knowledge.search(asked, limit=20))
    assert (after[0], KIT in after) == (before[0], True)
    score = {each.text: each.score for each in await knowledge.search(asked, limit=20)}
    assert score[KIT] == pytest.approx(0.7 * score[before[0]])
    # Nothing is related to a question that names nothing.
    assert KIT not in texts(await knowledge.search("哪里上课，第 3 教室", limit=3))


async def test_the_graph_of_others_or_of_removed_documents_relates_nothing(
    knowledge: Knowledge, library: Chunks, database: Database, company: int
) -> None:
    camp = await library.adds(KIT)
    await related(database, company, camp)
    async with database.reading() as session:
        assert len(await related_chunks(session, company, "冲刺营的教材")) == 1
        assert await related_chunks(session, company + 1, "冲刺营的教材") == []
    await library.removes(camp)
    async with database.reading() as session:
        assert await related_chunks(session, company, "冲刺营的教材") == []
