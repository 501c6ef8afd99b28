"""A whole turn, from receive() to the queued reply, on SQLite and on PostgreSQL: how long, how
much CPU, and which part of it goes where."""

import asyncio
import cProfile
import pstats
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

from agent.contract import Plan, PlanRequest
from agent.models.opening import LanguageModels
from agent.planner.loading import load_planner
from bench.figures import percentile
from bot.messages import Address, InboundMessage
from bot.service import Service
from config.clock import SystemClock
from config.settings import Settings
from memory.connect import open_redis
from run_bot import open_ground, open_service
from storage.database import Database
from storage.migrate import migrate
from tests.fakes.channel import FakeChannel
from tests.servers import ServerMissing, postgres_cluster
from tools.campaigns.platforms.configured import open_platforms
from tools.demo import DEMO, MEMBERS, ensure_organisation, seed_demo
from tools.people.service import PeopleService

_TURNS, _PROFILED = 200, 50
_SENTENCES = (
    "今天抖音来了多少线索？",
    "L-12 什么情况",
    "list my campaigns",
    "L-12 改成跟进中",
    "你好",
)
_PARTS = {
    "graph": ("langgraph", "langchain_core"),
    "database": ("sqlalchemy", "aiosqlite", "asyncpg", "sqlite3"),
    "memory": ("fakeredis", "redis", "lupa"),
    "ours": ("bot/", "agent/", "tools/", "storage/", "memory/", "config/"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"))
    try:
        with postgres_cluster() as server:
            asyncio.run(_measure("PostgreSQL", f"{server}/postgres"))
    except ServerMissing:
        print("PostgreSQL is not installed")


async def _measure(name: str, url: str) -> None:
    async with AsyncExitStack() as stack:
        planning = Planning()
        service, account = await open_demo(stack, url, planning, Settings(), LanguageModels())
        for text in _SENTENCES:
            await take_turn(service, account, text)
        took, cpu, planning.cpu = [], time.process_time(), 0.0
        for number in range(_TURNS):
            started = time.perf_counter()
            await take_turn(service, account, _SENTENCES[number % len(_SENTENCES)])
            took.append((time.perf_counter() - started) * 1000)
        each = (time.process_time() - cpu) / _TURNS * 1000
        planner = planning.cpu / _TURNS * 1000
        print(
            f"{name}: P50 {percentile(took, 0.5):.1f} ms, P95 {percentile(took, 0.95):.1f} ms, "
            f"CPU {each:.1f} ms a turn, {planner:.1f} of them in the planner ({_TURNS} turns)"
        )
        # The loop's thread only, and only while it works: waiting costs nothing here.
        profile = cProfile.Profile(time.thread_time)
        profile.enable()
        for number in range(_PROFILED):
            await take_turn(service, account, _SENTENCES[number % len(_SENTENCES)])
        profile.disable()
        print(f"{name}, CPU of the loop's thread by part: {_shares(profile)}")


class Planning:
    """Counts the CPU seconds that planning takes in its own thread."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self._planner = load_planner(Settings().cache_dir)

    def plan(self, request: PlanRequest) -> Plan:
        started = time.thread_time()
        plan = self._planner.plan(request)
        self.cpu += time.thread_time() - started
        return plan


async def open_demo(
    stack: AsyncExitStack, url: str, planning: Planning, settings: Settings, models: LanguageModels
) -> tuple[Service, str]:
    """The demo organisation in a new database, and its manager's account."""
    clock = SystemClock()
    database = await stack.enter_async_context(Database(url))
    await migrate(database)
    organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
    platforms = await open_platforms(Settings(), database, organisation_id, clock)
    await seed_demo(database, organisation_id, clock, platforms)
    redis = open_redis(None)
    stack.push_async_callback(redis.aclose)
    ground = await open_ground(
        stack, settings, organisation_id=organisation_id, database=database, redis=redis,
        models=models, clock=clock,
    )  # fmt: skip
    service = open_service(stack, ground, planning.plan)
    service.deliver(FakeChannel("console"))
    async with database.reading() as session:
        manager = await PeopleService(session, organisation_id).find(MEMBERS[1].name)
    return service, str(manager.id)


async def take_turn(service: Service, account: str, text: str) -> None:
    await service.gateway.receive(
        InboundMessage(
            external_id=uuid4().hex, text=text, sender_id=account, sender_name="bench",
            address=Address(channel="console", bot="console", chat=account),
        )
    )  # fmt: skip
    await service.gateway.idle()


def _shares(profile: cProfile.Profile) -> str:
    """Own time by part: the database's drivers run partly in threads that are not in here."""
    own: dict[str, float] = dict.fromkeys([*_PARTS, "other"], 0.0)
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = pstats.Stats(
        profile
    ).stats  # type: ignore[attr-defined]
    for (file, _, _), (_, _, time_own, _, _) in stats.items():
        part = next(
            (name for name, marks in _PARTS.items() if any(mark in file for mark in marks)), "other"
        )
        own[part] += time_own
    total = sum(own.values()) or 1.0
    return ", ".join(f"{name} {value / total:.0%}" for name, value in own.items())
