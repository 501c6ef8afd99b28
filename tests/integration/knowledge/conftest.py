"""A company with documents, on both databases and the real engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from memory.edge import EdgeIndex
from memory.knowledge import Knowledge
from storage.database import Database
from tests.builders.chunks import Chunks, a_knowledge
from tests.builders.memory import an_edge
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder

RETURNS = "退货请在签收后七天内申请，运费由我们承担。"
INVOICE = "怎么开发票？ => 在订单页面点击申请，当天发到邮箱。"
WARRANTY = "Shoes have a warranty of two years."


@pytest.fixture
async def company(database: Database) -> int:
    async with database.unit_of_work() as session:
        return (await an_organisation(session)).id


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[EdgeIndex]:
    async with an_edge(tmp_path / "knowledge") as opened:
        yield opened


@pytest.fixture
def knowledge(database: Database, company: int, index: EdgeIndex, clock: FakeClock) -> Knowledge:
    return a_knowledge(database, company, index, FakeEmbedder(), clock)


@pytest.fixture
def library(database: Database, company: int) -> Chunks:
    return Chunks(database, company)
