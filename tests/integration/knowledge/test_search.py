"""The knowledge base from documents to passages, on both databases and the real engine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pydantic import HttpUrl
from sqlalchemy import select, update

from config.clock import SystemClock
from config.i18n import Language
from config.retrieval import RerankerSettings, RetrievalSettings
from config.settings import Settings
from memory.edge import EdgeIndex
from memory.embeddings import LocalEmbedder
from memory.index import Item, VectorIndex
from memory.knowledge import Knowledge
from memory.opening import open_knowledge
from memory.reranking import Reranker
from memory.server import ServerIndex
from storage.database import Database
from storage.tables.knowledge import Chunk, ChunkKind, Document
from tests.builders.chunks import Chunks, a_category, a_knowledge, texts
from tests.builders.memory import an_edge
from tests.emulators.qdrant import QdrantEmulator, serving
from tests.emulators.reranker import RerankerEmulator, serving_reranker
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder
from tests.integration.knowledge.conftest import INVOICE, RETURNS, WARRANTY


async def test_a_passage_says_where_it_stands(knowledge: Knowledge, library: Chunks) -> None:
    document_id = await library.adds(RETURNS, INVOICE, title="售后")
    await knowledge.indexer.reindex_missing()
    (best, *_) = await knowledge.search("怎么开发票")
    assert best.text == "在订单页面点击申请，当天发到邮箱。"
    assert (best.question, best.kind) == ("怎么开发票？", ChunkKind.faq)
    assert (best.document_id, best.number, best.title) == (document_id, 1, "售后")
    assert (best.source, best.version) == ("", 1)
    assert best.score > 0.5


async def test_it_is_found_before_the_index_heard_of_it(
    knowledge: Knowledge, library: Chunks, index: EdgeIndex, company: int
) -> None:
    await library.adds(RETURNS, WARRANTY)
    assert await index.count(company) == 0
    assert texts(await knowledge.search("退货运费")) == [RETURNS]
    assert texts(await knowledge.search("how long is the warranty of shoes")) == [WARRANTY]
    assert await knowledge.search("会员积分") == []


async def test_a_document_is_found_by_its_title(knowledge: Knowledge, library: Chunks) -> None:
    await library.adds("七天。", title="退货期限")
    await library.adds("两天。", title="发货期限")
    for indexed in (False, True):
        if indexed:
            await knowledge.indexer.reindex_missing()
        assert texts(await knowledge.search("发货期限", limit=1)) == ["两天。"]


async def test_the_best_come_first_and_no_more_than_asked_for(
    knowledge: Knowledge, library: Chunks
) -> None:
    await library.adds(*(f"第{number}条：退货说明" for number in range(30)), RETURNS)
    await knowledge.indexer.reindex_missing()
    found = await knowledge.search("退货的运费由谁承担", limit=3)
    assert len(found) == 3
    assert found[0].text == RETURNS
    assert [each.score for each in found] == sorted((p.score for p in found), reverse=True)


async def test_each_sentence_of_a_long_message_finds_its_answer(
    knowledge: Knowledge, library: Chunks
) -> None:
    await library.adds(RETURNS, INVOICE, WARRANTY, *(f"会员积分规则第{n}条" for n in range(20)))
    await knowledge.indexer.reindex_missing()
    asked = "你好。我上周买了一双鞋。退货的运费由谁承担？另外，怎么开发票？谢谢！"
    found = texts(await knowledge.search(asked, limit=2))
    assert sorted(found) == sorted([RETURNS, INVOICE.partition(" => ")[2]])


async def test_only_the_wanted_categories_are_searched(
    knowledge: Knowledge, library: Chunks, database: Database, company: int
) -> None:
    async with database.unit_of_work() as session:
        returns, invoices = [await a_category(session, company, n) for n in ("退货", "发票")]
    await library.adds("运费由我们承担。", category_id=returns)
    await library.adds("运费不开发票。", category_id=invoices)
    await library.adds("运费十元。")
    for indexed in (False, True):
        if indexed:
            await knowledge.indexer.reindex_missing()
        assert texts(await knowledge.search("运费", categories=[returns])) == ["运费由我们承担。"]
        assert len(await knowledge.search("运费", categories=[returns, invoices])) == 2
        assert len(await knowledge.search("运费")) == 3


async def test_a_document_that_moves_is_found_in_its_new_category_at_once(
    knowledge: Knowledge, library: Chunks, database: Database, company: int
) -> None:
    async with database.unit_of_work() as session:
        returns, invoices = [await a_category(session, company, n) for n in ("退货", "发票")]
    document_id = await library.adds(RETURNS, category_id=returns)
    await knowledge.indexer.reindex_missing()
    async with database.unit_of_work() as session:
        (await session.get_one(Document, document_id)).category_id = invoices
    assert await knowledge.search("退货", categories=[returns]) == []
    assert texts(await knowledge.search("退货", categories=[invoices])) == [RETURNS]


async def test_of_equal_ones_that_in_the_askers_language_comes_first(
    knowledge: Knowledge, library: Chunks
) -> None:
    await library.adds("SF Express 顺丰", language="en")
    await library.adds("SF Express 顺丰", language="zh")
    await knowledge.indexer.reindex_missing()
    for language, first in ((Language.en, "en"), (Language.zh_cn, "zh"), (Language.zh_tw, "zh")):
        found = await knowledge.search("SF Express 顺丰", language=language)
        assert found[0].language == first
        assert len(found) == 2


async def test_what_is_removed_or_rewritten_is_never_told_again(
    knowledge: Knowledge, library: Chunks, index: EdgeIndex, company: int
) -> None:
    removed, kept = await library.adds(RETURNS, INVOICE), await library.adds("退货要七天")
    await knowledge.indexer.reindex_missing()
    assert await index.count(company) == 4
    await library.removes(removed)
    await library.rewrites(kept, "退货要十四天")
    # Before the index heard of it, and after.
    for points in (4, 1):
        assert texts(await knowledge.search("退货")) == ["退货要十四天"]
        found = await knowledge.search("怎么开发票")
        assert {(each.document_id, each.text) for each in found} <= {(kept, "退货要十四天")}
        assert await index.count(company) == points
        await knowledge.indexer.reconcile()
        await knowledge.indexer.reindex_missing()


async def test_a_removed_document_leaves_nothing_in_the_index(
    knowledge: Knowledge, library: Chunks, index: EdgeIndex, company: int
) -> None:
    document_id = await library.adds(RETURNS, INVOICE)
    await knowledge.indexer.reindex_missing()
    await library.removes(document_id)
    await knowledge.indexer.reconcile()
    assert await index.ids(company) == set()


async def test_a_lost_index_is_filled_again(
    knowledge: Knowledge, library: Chunks, database: Database, company: int, clock: FakeClock,
    tmp_path: Path,
) -> None:  # fmt: skip
    await library.adds(RETURNS, INVOICE)
    assert await knowledge.indexer.reindex_missing() == 2
    async with an_edge(tmp_path / "elsewhere") as empty:
        moved = a_knowledge(database, company, empty, FakeEmbedder(), clock)
        await moved.indexer.reconcile()
        assert await moved.indexer.reindex_missing() == 2
        assert await empty.count(company) == 3
        await moved.indexer.reconcile()
        assert await moved.indexer.reindex_missing() == 0


class Meanwhile(EdgeIndex):
    """Something happens just before the first points are written."""

    def __init__(self, folder: Path, happening: Callable[[], Awaitable[None]]) -> None:
        super().__init__(folder)
        self._happening: Callable[[], Awaitable[None]] | None = happening

    async def upsert(self, points: Sequence[Item]) -> None:
        if happening := self._happening:
            self._happening = None
            await happening()
        await super().upsert(points)


async def test_a_document_removed_while_it_was_embedded_leaves_no_point(
    library: Chunks, database: Database, company: int, clock: FakeClock, tmp_path: Path
) -> None:
    document_id = await library.adds(RETURNS, INVOICE)
    index = Meanwhile(tmp_path / "knowledge", lambda: library.removes(document_id))
    await a_knowledge(database, company, index, FakeEmbedder(), clock).indexer.reindex_missing()
    assert await index.count(company) == 0
    await index.aclose()


async def test_a_chunk_told_anew_leaves_no_point_of_its_old_words(
    knowledge: Knowledge, library: Chunks, database: Database, index: EdgeIndex, company: int
) -> None:
    await library.adds("How do I return shoes? => Within seven days.")
    await knowledge.indexer.reindex_missing()
    async with database.unit_of_work() as session:
        await session.execute(update(Chunk).values(question="", text=RETURNS, indexed_at=None))
    await knowledge.indexer.reindex_missing()
    assert await index.count(company) == 1
    assert texts(await knowledge.search("退货")) == [RETURNS]


async def test_without_its_server_words_must_do(
    library: Chunks, database: Database, company: int, clock: FakeClock, tmp_path: Path
) -> None:
    emulator = QdrantEmulator(tmp_path)
    async with serving(emulator) as url:
        index = ServerIndex(url, None, collection="knowledge", timeout_seconds=5)
        knowledge = a_knowledge(database, company, index, FakeEmbedder(), clock)
        await library.adds(RETURNS, WARRANTY)
        await knowledge.indexer.reindex_missing()
        assert texts(await knowledge.search("退货", limit=1)) == [RETURNS]
        emulator.down = True
        await library.adds(INVOICE)
        assert texts(await knowledge.search("退货的运费")) == [RETURNS]
        assert len(await knowledge.search("开发票")) == 1
        emulator.down = False
        await knowledge.indexer.reconcile()
        assert await knowledge.indexer.reindex_missing() == 1
        await index.aclose()


async def test_a_reranker_decides_the_order_and_none_how_sure_we_are(
    library: Chunks, database: Database, company: int, clock: FakeClock, index: VectorIndex
) -> None:
    await library.adds(*(f"tea of kind {number}" for number in range(4)), "tea tea tea leaves")
    emulator = RerankerEmulator()
    async with serving_reranker(emulator) as url:
        reranker = Reranker(RerankerSettings(base_url=HttpUrl(url), model="judge", candidates=5))
        with_it = Knowledge(
            database, company, index, FakeEmbedder(), clock, RetrievalSettings(), reranker
        )
        without = a_knowledge(database, company, index, FakeEmbedder(), clock)
        await with_it.indexer.reindex_missing()
        found, plain = [await each.search("kind tea") for each in (with_it, without)]
        assert texts(plain)[-1] == texts(found)[0] == "tea tea tea leaves"
        assert [each.score for each in found] == [each.score for each in plain]
        await reranker.aclose()


async def test_nobody_pays_for_a_model_before_there_is_a_document(knowledge: Knowledge) -> None:
    assert await knowledge.search("退货") == []
    assert await knowledge.search("") == []


async def test_opened_as_the_settings_say_a_chinese_question_finds_an_english_document(
    database: Database, company: int, library: Chunks, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    async with open_knowledge(settings, database, company, LocalEmbedder(), SystemClock()) as it:
        await library.adds(WARRANTY, RETURNS, INVOICE)
        async with asyncio.timeout(60):
            while await _unindexed(database):
                await asyncio.sleep(0.05)
        (best, *_) = await it.search("鞋子保修多久", language=Language.zh_cn)
        assert best.text == WARRANTY


async def _unindexed(database: Database) -> bool:
    async with database.reading() as session:
        return bool(await session.scalar(select(Chunk.id).where(Chunk.indexed_at.is_(None))))
