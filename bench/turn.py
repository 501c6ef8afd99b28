"""A whole turn, from receive() to the queued reply, on SQLite alone and on PostgreSQL with Redis: how
long, how much CPU, and which part of it goes where. No sentence comes twice."""

import cProfile
import json
import pstats
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import islice
from pathlib import Path
from uuid import uuid4

import uvloop
from sqlalchemy import event

from agent.contract import Plan, PlanRequest
from agent.models.opening import LanguageModels
from agent.planner.loading import load_planner
from bench.figures import percentile
from bot.composition import open_ground, open_service
from bot.messages import Address, InboundMessage
from bot.service import Service
from config.clock import SystemClock
from config.settings import Settings
from memory.connect import open_redis
from storage.database import Database
from storage.migrate import migrate
from tests.fakes.channel import FakeChannel
from tests.servers import ServerMissing, postgres_cluster, redis_server
from tools.campaigns.platforms.configured import open_platforms
from tools.demo import DEMO, MEMBERS, ensure_organisation, seed_demo
from tools.people.service import PeopleService

_WARM_UP, _ALONE, _TOGETHER, _PROFILED = 100, 80, 160, 30
_CHATS = 20
_EXAMPLES = Path("tests/eval/dev.jsonl")
# The everyday ones; without reports, whose charts are another matter. None is talk.
_TOOLS = {
    "search_leads", "get_lead", "lead_stats", "explain_lead_score", "create_lead", "update_lead",
    "assign_lead", "list_campaigns", "get_campaign_status", None,
}  # fmt: skip
_PARTS = {
    "graph": ("langgraph", "langchain_core"),
    "database": ("sqlalchemy", "aiosqlite", "asyncpg", "sqlite3"),
    "memory": ("fakeredis", "redis", "lupa"),
    "ours": ("bot/", "agent/", "tools/", "storage/", "memory/", "config/"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(_measure("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}", None))
    try:
        with postgres_cluster() as server, redis_server() as redis:
            uvloop.run(_measure("PostgreSQL", f"{server}/postgres", redis))
    except ServerMissing as missing:
        print(missing)


async def _measure(name: str, url: str, redis_url: str | None) -> None:
    async with AsyncExitStack() as stack:
        planning = Planning()
        service, account = await open_demo(
            stack, url, planning, Settings(), LanguageModels(), redis_url
        )
        said = sentences()
        for number, text in enumerate(islice(said, _WARM_UP)):
            await receive(service, account, text, chat=f"{account}.{number % _CHATS}")
        await service.gateway.idle()
        await _alone(name, service, account, islice(said, _ALONE), planning)
        await _together(name, service, account, islice(said, _TOGETHER), planning)
        # The loop's thread only, and only while it works: waiting costs nothing here.
        profile = cProfile.Profile(time.thread_time)
        profile.enable()
        for text in islice(said, _PROFILED):
            await take_turn(service, account, text)
        profile.disable()
        print(f"{name}, CPU of the loop's thread by part: {_shares(profile)}")


async def _alone(
    name: str, service: Service, account: str, said: Iterator[str], planning: "Planning"
) -> None:
    """One message after the other, in one chat."""
    counts, took = _counted(service.database), []
    cpu, planning.cpu = time.process_time(), 0.0
    for text in said:
        started = time.perf_counter()
        await take_turn(service, account, text)
        took.append((time.perf_counter() - started) * 1000)
    each = (time.process_time() - cpu) / _ALONE * 1000
    print(
        f"{name}, alone: P50 {percentile(took, 0.5):.1f} ms, P95 {percentile(took, 0.95):.1f} ms, "
        f"CPU {each:.1f} ms a turn, {planning.cpu / _ALONE * 1000:.1f} of them in the planner; "
        f"{counts['transactions'] / _ALONE:.1f} transactions, "
        f"{counts['statements'] / _ALONE:.1f} statements ({_ALONE} turns)"
    )


async def _together(
    name: str, service: Service, account: str, said: Iterator[str], planning: "Planning"
) -> None:
    """Many chats at once."""
    cpu, started, planning.cpu = time.process_time(), time.perf_counter(), 0.0
    for number, text in enumerate(said):
        await receive(service, account, text, chat=f"{account}.{number % _CHATS}")
    await service.gateway.idle()
    took = time.perf_counter() - started
    each = (time.process_time() - cpu) / _TOGETHER * 1000
    print(
        f"{name}, {_CHATS} chats: {_TOGETHER / took:.0f} turns/s, CPU {each:.1f} ms a turn, "
        f"{planning.cpu / _TOGETHER * 1000:.1f} of them in the planner ({_TOGETHER} turns)"
    )


def sentences() -> Iterator[str]:
    """What managers say, each once, always in the same order."""
    lines = [json.loads(line) for line in _EXAMPLES.read_text(encoding="utf-8").splitlines()]
    texts = {
        line["text"]
        for line in lines
        if line.get("role", "manager") == "manager" and "history" not in line
        and line["expect"]["tool"] in _TOOLS
    }  # fmt: skip
    return iter(random.Random(1).sample(sorted(texts), len(texts)))


def _counted(database: Database) -> Counter[str]:
    counts: Counter[str] = Counter()
    engine = database.engine.sync_engine
    event.listen(engine, "begin", lambda *_: counts.update(transactions=1))
    event.listen(engine, "before_cursor_execute", lambda *_: counts.update(statements=1))
    return counts


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
    stack: AsyncExitStack,
    url: str,
    planning: Planning,
    settings: Settings,
    models: LanguageModels,
    redis_url: str | None = None,
) -> tuple[Service, str]:
    """The demo organisation in a new database, and its manager's account."""
    clock = SystemClock()
    database = await stack.enter_async_context(Database(url))
    await migrate(database)
    organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
    platforms = await open_platforms(Settings(), database, organisation_id, clock)
    await seed_demo(database, organisation_id, clock, platforms)
    redis = open_redis(redis_url)
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
    await receive(service, account, text, chat=account)
    await service.gateway.idle()


async def receive(service: Service, account: str, text: str, *, chat: str) -> None:
    await service.gateway.receive(
        InboundMessage(
            external_id=uuid4().hex, text=text, sender_id=account, sender_name="bench",
            address=Address(channel="console", bot="console", chat=chat),
        )
    )  # fmt: skip


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
