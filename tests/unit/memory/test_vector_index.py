"""The engine in process and the server behind its client keep the same promises."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.errors import TransientError
from memory.edge import EdgeIndex
from memory.index import VectorIndex
from memory.server import ServerIndex
from tests.contracts.vector_index import ALICE, VectorIndexContract, a_point, asked
from tests.emulators.qdrant import QdrantEmulator, serving

ROOT = Path(__file__).parents[3]


class TestEdge(VectorIndexContract):
    @pytest.fixture
    async def index(self, tmp_path: Path) -> AsyncIterator[VectorIndex]:
        opened = EdgeIndex(tmp_path / "memory")
        yield opened
        await opened.aclose()


class TestServer(VectorIndexContract):
    @pytest.fixture
    async def index(self, tmp_path: Path) -> AsyncIterator[VectorIndex]:
        async with serving(QdrantEmulator(tmp_path)) as url:
            opened = a_server_index(url)
            yield opened
            await opened.aclose()


def a_server_index(url: str, api_key: str | None = None) -> ServerIndex:
    return ServerIndex(url, api_key, collection="test", timeout_seconds=5)


async def test_both_engines_give_the_same_scores(tmp_path: Path) -> None:
    points = [
        a_point(1, "我以后只看 Meta 的报表", 0.2, 0.9), a_point(2, "我以後只看報表", 0.9, 0.3),
        a_point(3, "I only look at Meta", 0.5), a_point(4, "咖啡", 0.1, 0.1, 0.8),
    ]  # fmt: skip
    edge = EdgeIndex(tmp_path / "edge")
    async with serving(QdrantEmulator(tmp_path / "server")) as url:
        server = a_server_index(url)
        for index in (edge, server):
            await index.upsert(points)
        left, right = [await asked(index, ALICE, "只看 meta 报表") for index in (edge, server)]
        await server.aclose()
    await edge.aclose()
    assert left.dense == pytest.approx(right.dense)
    assert left.sparse == pytest.approx(right.sparse)
    assert left.frequencies == right.frequencies
    assert list(left.sparse) == list(right.sparse)


async def test_what_was_written_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import asyncio, os, signal, sys; from pathlib import Path;"
        "from memory.edge import EdgeIndex; from tests.contracts.vector_index import a_point\n"
        "async def main():\n"
        "    await EdgeIndex(Path(sys.argv[1])).upsert([a_point(1, 'tea')])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())"
    )
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path / "memory"), cwd=ROOT
    )
    assert await killed.wait() == -signal.SIGKILL
    index = EdgeIndex(tmp_path / "memory")
    assert list((await asked(index, ALICE, "tea")).sparse) == [1]
    await index.aclose()


async def test_a_damaged_index_begins_anew(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path / "memory")
    await index.upsert([a_point(1, "tea")])
    await index.aclose()
    for segment in (tmp_path / "memory").glob("segments/*/segment.json"):
        segment.write_text("{")
    again = EdgeIndex(tmp_path / "memory")
    assert await again.count(1) == 0
    await again.upsert([a_point(2, "tea")])
    assert await again.count(1) == 1
    await again.aclose()


async def test_opening_writes_nothing(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path / "memory")
    await index.aclose()
    assert os.listdir(tmp_path) == []


async def test_the_server_keeps_each_person_a_tenant_of_one_collection(tmp_path: Path) -> None:
    emulator = QdrantEmulator(tmp_path, api_key="key")
    async with serving(emulator) as url:
        index = a_server_index(url, "key")
        await index.upsert([a_point(1, "tea")])
        await index.upsert([a_point(2, "tea")])
        await index.aclose()
    assert emulator.calls.count("PUT /collections/test") == 1


async def test_a_server_that_refuses_or_is_gone_is_a_passing_trouble(tmp_path: Path) -> None:
    emulator = QdrantEmulator(tmp_path, api_key="key")
    async with serving(emulator) as url:
        wrong = a_server_index(url, "wrong")
        with pytest.raises(TransientError):
            await wrong.count(1)
        await wrong.aclose()
        index = a_server_index(url, "key")
        await index.upsert([a_point(1, "tea")])
        emulator.down = True
        with pytest.raises(TransientError):
            await asked(index, ALICE, "tea")
        emulator.down = False
        assert await index.count(1) == 1
    with pytest.raises(TransientError):
        await index.count(1)
    await index.aclose()


async def test_a_server_that_lost_its_disk_gets_its_collection_again(tmp_path: Path) -> None:
    emulator = QdrantEmulator(tmp_path)
    async with serving(emulator) as url:
        index = a_server_index(url)
        await index.upsert([a_point(1, "tea")])
        emulator.lose_everything()
        with pytest.raises(TransientError):
            await index.count(1)
        assert await index.count(1) == 0
        await index.aclose()
