"""Whatever is added, removed and asked, in whatever order: a company reads its own current
documents and nothing else."""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.edge import EdgeIndex
from memory.knowledge import Knowledge
from memory.knowledge_index import chunk_of
from storage.database import Database
from storage.tables.knowledge import Chunk, Document
from tests.builders.chunks import a_document, a_knowledge, texts
from tests.builders.memory import an_edge
from tests.builders.organisation import CREATED, an_organisation
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder

WORDS = st.sampled_from(
    ["退货 运费", "运费 十元", "return shoes", "发票？ => 退货 发票", "Meta 报表"]
)
ACT = st.sampled_from(["add", "add", "remove", "delete", "index"])
STEP = st.tuples(ACT, st.integers(0, 2), st.lists(WORDS, min_size=1, max_size=3))


@given(steps=st.lists(STEP, min_size=1, max_size=10))
@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_companies_read_exactly_their_own_current_documents(
    sqlite_template: Path, steps: list[tuple[str, int, list[str]]]
) -> None:
    asyncio.run(_lived(sqlite_template, steps))


async def _lived(template: Path, steps: list[tuple[str, int, list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{shutil.copy(template, Path(folder) / 'huoke.db')}"
        async with Database(url) as database, an_edge(Path(folder) / "knowledge") as index:
            world = World(database, index)
            await world.found()
            for act, who, said in steps:
                await world.does(act, who, said)
                await world.shows_everybody_their_own()
            await world.ends_with_an_index_of_what_is_served()


class World:
    """Three companies on one database and one index, and what each has served until now."""

    def __init__(self, database: Database, index: EdgeIndex) -> None:
        self._database = database
        self._index = index
        self._companies: list[int] = []
        self._knowledge: list[Knowledge] = []
        self._served: dict[int, dict[int, list[str]]] = defaultdict(dict)
        self._count = 0

    async def found(self) -> None:
        for slug in ("acme", "other", "third"):
            async with self._database.unit_of_work() as session:
                company = (await an_organisation(session, slug=slug)).id
            self._companies.append(company)
            self._knowledge.append(
                a_knowledge(self._database, company, self._index, FakeEmbedder(), FakeClock())
            )

    async def does(self, act: str, who: int, said: list[str]) -> None:
        own = self._served[who]
        if act == "index":
            await self._knowledge[who].indexer.reconcile()
            await self._knowledge[who].indexer.reindex_missing()
            return
        async with self._database.unit_of_work() as session:
            if act == "add":
                self._count += 1
                marked = [f"{text} {self._companies[who]}" for text in said]
                row = await a_document(session, self._companies[who], *marked, number=self._count)
                own[row.id] = [text.rpartition(" => ")[2] for text in marked]
            elif own:
                id_, _ = own.popitem()
                row = await session.get_one(Document, id_)
                if act == "delete":
                    await session.delete(row)
                else:
                    row.removed_at = CREATED

    async def shows_everybody_their_own(self) -> None:
        for who, knowledge in enumerate(self._knowledge):
            own = [text for each in self._served[who].values() for text in each]
            found = texts(await knowledge.search("退货 运费 return 报表 发票", limit=100))
            assert set(found) == set(own)

    async def ends_with_an_index_of_what_is_served(self) -> None:
        for who, company in enumerate(self._companies):
            await self.does("index", who, [])
            known = {chunk_of(id_) for id_ in await self._index.ids(company)}
            async with self._database.reading() as session:
                rows = [await session.get_one(Chunk, id_) for id_ in known]
            assert {row.document_id for row in rows} == self._served[who].keys()
            assert len(rows) == sum(map(len, self._served[who].values()))
