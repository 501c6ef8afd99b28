"""kill -9 while customers are served: a story in which the program dies at a named point reads, for
everybody, like the same story undisturbed, and leaves the same rows."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.messages import File
from config import failpoints
from tests.chaos.workers import open_nursery
from tests.conftest import administer
from tests.integration.town import KILLED, UNREMEMBERED, Letter, Told, Town, seed

pytestmark = pytest.mark.slow

ZHAO, LI, HAN, WANG = "赵敏", "李雷", "韩梅梅", "王经理"
TEXT = "# 水壶保修\n\n## 保修期\n\n水壶保修两年。\n\n## 不保修\n\n摔坏的不保修。\n"


def a_document(sender: str, text: str) -> Letter:
    file = File(name="水壶保修.md", media_type="text/markdown", content=text.encode())
    return Letter(sender=sender, text="把这个文件加到知识库", file=file)


def said(sender: str, text: str) -> Letter:
    return Letter(sender=sender, text=text)


SERVED = (
    said(ZHAO, "转人工"), said(LI, "/takeover H-1"), said(LI, "您好，哪双鞋？"),
    said(ZHAO, "红色那双，几点发货"), said(LI, "/note 老客户"), said(LI, "/transfer H-1 韩梅梅"),
    said(HAN, "/takeover H-1"), said(HAN, "今天下午发"), said(HAN, "/handback H-1 当天有效"),
    said(ZHAO, "你好"),
)  # fmt: skip
KNOWN = (
    a_document(WANG, TEXT), said(ZHAO, "水壶保修多久？"),
    a_document(WANG, TEXT.replace("两年", "三年")), said(ZHAO, "水壶保修多久？"),
)  # fmt: skip
REMEMBERED = (
    said(ZHAO, "我对花生过敏"), said(ZHAO, "我家金丝雀7f3下周过生日"), said(ZHAO, "/forget confirm"),
    said(ZHAO, "你好"),
)  # fmt: skip
# Where one process after the other dies, and for the how manieth time it is there then: at each
# change inside of its transaction, and once more after it, before the answer.
OF_SERVED = (
    "case_recorded", "case_offered", "finishing", "case_recorded", "finishing", "words_carried",
    "finished", "words_carried", "case_recorded", "case_offered", "finishing", "case_recorded:3",
    "finishing", "words_carried", "case_recorded", "finishing",
)  # fmt: skip
OF_KNOWN = (
    "document_read", "document_kept", "chunks_told", "document_indexed", "job_done",
    "document_kept", "chunks_told", "document_indexed",
)  # fmt: skip
OF_REMEMBERED = (
    "fact_kept", "finishing", "listening", "listened", "memories_told", "listening",
    "memories_told", "erased", "unindexed", "finishing",
)  # fmt: skip


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def town(
    runner: asyncio.Runner, sqlite_template: Path, postgres_server: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:  # fmt: skip
    folder = tmp_path_factory.mktemp("town")
    seeded = Path(shutil.copy(sqlite_template, folder / "town.db"))
    runner.run(administer(postgres_server, "CREATE DATABASE town TEMPLATE template"))
    for url in (f"sqlite+aiosqlite:///{seeded}", f"{postgres_server}/town"):
        runner.run(seed(url))
    stack = AsyncExitStack()
    nursery = runner.run(stack.enter_async_context(open_nursery(folder)))
    try:
        yield Town(nursery=nursery, folder=folder, seeded=seeded, server=postgres_server)
    finally:
        runner.run(stack.aclose())


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_failpoint_of_those_who_are_served_is_tried() -> None:
    tried = {point.partition(":")[0] for point in (*OF_SERVED, *OF_KNOWN, *OF_REMEMBERED)}
    assert {
        *failpoints.OF_DOCUMENTS, *failpoints.OF_INDEX, *failpoints.OF_CASES, *failpoints.OF_MEMORY
    } <= tried  # fmt: skip


Tell = Callable[..., Told]


@pytest.fixture
def tell(runner: asyncio.Runner, town: Town, engine: str) -> Tell:
    def tell(story: Sequence[Letter], kills: Sequence[str], settled: Sequence[str] = ()) -> Told:
        """The same as when nobody dies."""
        told = runner.run(town.tell(story, engine=engine, kills=kills, settled=settled))
        calm = runner.run(town.tell(story, engine=engine, settled=settled))
        died = len(told.codes)
        assert list(told.codes) == [KILLED] * len(kills), f"nobody died at {kills[died:]}"
        assert list(calm.codes) == []
        assert told.heard == calm.heard
        assert told.rows == calm.rows
        return told

    return tell


def test_nobody_notices_deaths_while_people_serve(tell: Tell) -> None:
    heard = tell(SERVED, OF_SERVED).heard
    assert heard[ZHAO].count("客服 李雷：您好，哪双鞋？") == 1
    assert heard[ZHAO].count("客服 韩梅梅：今天下午发") == 1
    assert sum("红色那双，几点发货" in each for each in heard[LI]) == 1


def test_nobody_notices_deaths_while_documents_are_learnt(tell: Tell) -> None:
    first, second = tell(KNOWN, OF_KNOWN).heard[ZHAO]
    assert "水壶保修两年。[1]" in first
    assert "水壶保修三年。[1]" in second


def test_nobody_notices_deaths_while_things_are_remembered_and_forgotten(tell: Tell) -> None:
    told = tell(REMEMBERED, OF_REMEMBERED, UNREMEMBERED)
    assert files_with(told.place.folder, "金丝雀7f3", "花生") == []


def files_with(folder: Path, *words: str) -> Sequence[str]:
    """The files of the program, but for the letters themselves."""
    return [
        str(file)
        for file in folder.rglob("*")
        if file.is_file() and "mail" not in file.parts
        if any(word.encode() in file.read_bytes() for word in words)
    ]
