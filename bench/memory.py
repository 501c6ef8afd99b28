"""How long recall takes, and how much Redis a conversation of 100 turns takes.

Recall is measured whole: the database, the model's embedding of the question, the engine in
process, fusion, reading the texts. Memories are made-up sentences, 100 a person.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench.figures import percentile, resident_mb
from config.clock import SystemClock
from config.roles import Role
from config.settings import LongTermSettings, ShortTermSettings
from memory.connect import open_redis
from memory.edge import EdgeIndex
from memory.embeddings import DIMENSIONS, LocalEmbedder, Vector
from memory.index import Owner, Point
from memory.keys import ConversationKey
from memory.long_term import LongTermMemory
from memory.short_term import Entry, ShortTermMemory
from memory.sparse import encode_passage, encode_query
from storage.database import Database
from storage.migrate import migrate
from storage.tables.memory import Memory, MemoryKind
from storage.tables.organisation import Organisation, Person
from tests.servers import ServerMissing, redis_server

_SIZES, _EACH, _QUERIES = (1_000, 10_000, 50_000), 100, 300
_WHO = ("我", "我们公司", "王总", "李经理", "张工", "客户", "my team", "our shop", "the boss")
_DOES = ("喜欢", "不喜欢", "常去", "负责", "每周看", "打算买", "likes", "wants", "avoids", "runs")
_WHAT = (
    "绿茶", "咖啡", "周报", "抖音直播", "母婴用品", "数码配件", "深圳展会", "Meta 广告", "Google Ads",
    "早上的会议", "短视频", "Excel 报表", "green tea", "video ads", "trade fairs", "long emails",
)  # fmt: skip


def main() -> None:
    asyncio.run(_recall())
    asyncio.run(_redis())


async def _recall() -> None:
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        async with Database(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}") as database:
            await migrate(database)
            people = await _people(database, max(_SIZES) // _EACH)
            index, embedder = EdgeIndex(Path(folder) / "memory"), LocalEmbedder()
            memory = LongTermMemory(
                database, 1, index, embedder, clock=SystemClock(), settings=LongTermSettings()
            )
            await embedder.query("warm up")
            done = 0
            for size in _SIZES:
                started = time.perf_counter()
                for person in people[done // _EACH : size // _EACH]:
                    await _fill(database, index, person, chance)
                took = time.perf_counter() - started
                print(f"{size} memories: {(size - done) / took:.0f} a second written and indexed")
                done = size
                await _measure(memory, index, people[: size // _EACH], chance)
            print(f"resident {resident_mb():.0f} MB")
            await index.aclose()


async def _people(database: Database, number: int) -> list[int]:
    now = SystemClock().now()
    async with database.unit_of_work() as session:
        session.add(Organisation(id=1, slug="bench", name="Bench", created_at=now))
        await session.flush()
        rows = [
            Person(organisation_id=1, name=f"P{each}", role=Role.customer, created_at=now)
            for each in range(number)
        ]
        session.add_all(rows)
        await session.flush()
        return [row.id for row in rows]


async def _fill(database: Database, index: EdgeIndex, person: int, chance: random.Random) -> None:
    """Rows as `keep` and the indexer leave them, with random directions for dense vectors."""
    now = SystemClock().now()
    async with database.unit_of_work() as session:
        rows = [
            Memory(
                organisation_id=1, person_id=person, order_key=f"{person}:{each}",
                kind=MemoryKind.fact, text=_sentence(chance), importance=50, created_at=now,
                used_at=now - timedelta(minutes=each), indexed_at=now,
            )
            for each in range(_EACH)
        ]  # fmt: skip
        session.add_all(rows)
        await session.flush()
        points = [
            Point(
                memory_id=row.id, owner=Owner(organisation_id=1, person_id=person), current=True,
                dense=_direction(chance), sparse=encode_passage(row.text),
            )
            for row in rows
        ]  # fmt: skip
    await index.upsert(points)


async def _measure(
    memory: LongTermMemory, index: EdgeIndex, people: Sequence[int], chance: random.Random
) -> None:
    whole, engine = [], []
    for _ in range(_QUERIES):
        person, question = chance.choice(people), _sentence(chance)
        started = time.perf_counter()
        await memory.recall(person, question)
        whole.append((time.perf_counter() - started) * 1000)
        owner, dense = Owner(organisation_id=1, person_id=person), _direction(chance)
        started = time.perf_counter()
        await index.search(owner, dense, encode_query(question))
        engine.append((time.perf_counter() - started) * 1000)
    print(
        f"  recall P50 {percentile(whole, 0.5):.1f} ms, P95 {percentile(whole, 0.95):.1f} ms; "
        f"of it the engine P50 {percentile(engine, 0.5):.2f} ms, "
        f"P95 {percentile(engine, 0.95):.2f} ms"
    )


async def _redis() -> None:
    """The keys of a conversation after 100 turns, by Redis's own count."""
    try:
        with redis_server() as url:
            client = open_redis(url)
            settings, key = (
                ShortTermSettings(),
                ConversationKey(organisation_id=1, conversation_id=1),
            )
            window = ShortTermMemory(client, ttl=settings.ttl, window_tokens=settings.window_tokens)
            await window.recent(key, _nothing)
            for turn in range(1, 101):
                said = Entry(turn=turn, role="user", text="上周抖音来了多少线索，转化怎么样？" * 2)
                answer = Entry(turn=turn, role="assistant", text="上周抖音 128 条线索。" * 12,
                               shown=("L-1", "L-2"))  # fmt: skip
                await window.append(key, turn, [said, answer])
            sizes = [await client.memory_usage(name) or 0 for name in await client.keys()]
            print(f"Redis, a conversation of 100 turns: {sum(sizes) / 1e6:.3f} MB")
            await client.aclose()
    except ServerMissing:
        print("redis-server is not installed")


async def _nothing() -> list[Entry]:
    return []


def _sentence(chance: random.Random) -> str:
    parts = [chance.choice(_WHO), chance.choice(_DOES), chance.choice(_WHAT)]
    return f"{' '.join(parts)} {chance.randrange(1_000)}"


def _direction(chance: random.Random) -> Vector:
    vector = np.array([chance.gauss(0, 1) for _ in range(DIMENSIONS)], dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))
