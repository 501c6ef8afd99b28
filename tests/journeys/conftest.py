"""Chats with the demo organisation: the real gateway, graph, planner, tools and database."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from agent.models.opening import LanguageModels
from agent.models.port import Models
from agent.models.writers import Writing
from agent.planner.loading import load_planner
from agent.service import Planner
from bot.composition import Ground, open_ground, open_service
from bot.service import Service
from config.settings import Settings
from memory.connect import open_redis
from storage.database import Database
from storage.tables.organisation import Organisation
from tests.builders.stock import Stocked, stocked
from tests.conftest import administer
from tests.fakes.clock import FakeClock
from tests.journeys.chat import Chat
from tests.journeys.wires import (
    console,
    dingtalk,
    telegram,
    web,
    wecom_app,
    wecom_bot,
    wecom_kf,
)
from tests.journeys.wires.base import Wire
from tools.campaigns.platforms.configured import open_platforms
from tools.demo import DEMO, MEMBERS, ensure_organisation, seed_demo


@pytest.fixture(scope="session")
def planner() -> Planner:
    return load_planner(Settings().cache_dir).plan


@pytest.fixture(scope="session")
def seeded_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeded") / "huoke.db"
    shutil.copy(sqlite_template, path)
    asyncio.run(seed(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def seeded_postgres(postgres_server: str) -> str:
    """The name of a database to copy."""
    asyncio.run(administer(postgres_server, "CREATE DATABASE seeded TEMPLATE template"))
    asyncio.run(seed(f"{postgres_server}/seeded"))
    return "seeded"


@pytest.fixture(scope="session")
def stocked_sqlite(seeded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    return asyncio.run(stocked(seeded_sqlite, tmp_path_factory.mktemp("stocked")))


OpenWire = Callable[[AsyncExitStack, Service], Awaitable[Wire]]

# Where every story is told: the words of people travel so, and are kept there.
PLACES: Mapping[str, OpenWire] = {
    "console on SQLite": console.open_wire,
    "Telegram on PostgreSQL": telegram.open_wire,
    "WeCom app on SQLite": wecom_app.open_wire,
    "WeCom AI bot on SQLite": wecom_bot.open_wire,
    "DingTalk on SQLite": dingtalk.open_wire,
    "web page on SQLite": web.open_wire,
}
# So many of them hear every story.
ALWAYS = 2
# Where customers alone can write.
OF_CUSTOMERS: Mapping[str, OpenWire] = {"微信客服 on SQLite": wecom_kf.open_wire}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stories go round the places. The rows of one are told somewhere each, and every place hears
    it; one without rows is told at the first two, which differ most, and in turn at one of the
    others. With STORIES=everywhere every place hears every row."""
    if os.environ.get("STORIES") == "everywhere":
        return
    rows: dict[str, dict[str, int]] = {}
    places: dict[str, dict[str, int]] = {}
    where: dict[str, tuple[str, int, int]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and "place" in item.fixturenames:
            told = dict(item.callspec.params)
            place, story = str(told.pop("place")), item.nodeid.partition("[")[0]
            if place in PLACES:
                known, here = rows.setdefault(story, {}), places.setdefault(story, {})
                row = known.setdefault(str(told), len(known))
                where[item.nodeid] = (story, row, here.setdefault(place, len(here)))
    turns = {story: turn for turn, story in enumerate(rows)}
    elsewhere = {
        nodeid
        for nodeid, (story, row, place) in where.items()
        if (
            (row - place) % min(len(rows[story]), len(places[story]))
            if len(rows[story]) > 1
            else place >= ALWAYS and (place - turns[story]) % max(len(places[story]) - ALWAYS, 1)
        )
    }
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in elsewhere])
    items[:] = [item for item in items if item.nodeid not in elsewhere]


@pytest.fixture
def demo_url(request: pytest.FixtureRequest, place: str, tmp_path: Path) -> Iterator[str]:
    if request.node.get_closest_marker("stocked"):
        stock: Stocked = request.getfixturevalue("stocked_sqlite")
        yield f"sqlite+aiosqlite:///{stock.copy_to(tmp_path)}"
        return
    if place.endswith("SQLite"):
        seeded: Path = request.getfixturevalue("seeded_sqlite")
        yield f"sqlite+aiosqlite:///{shutil.copy(seeded, tmp_path / 'huoke.db')}"
        return
    server: str = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("seeded_postgres")
    name = f"journey_{uuid4().hex}"
    asyncio.run(administer(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield f"{server}/{name}"
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


OpenChat = Callable[..., Awaitable[Chat]]
OpenDemo = Callable[..., Awaitable[tuple[AsyncExitStack, Ground, Service]]]


@pytest.fixture
async def open_demo(
    demo_url: str, planner: Planner, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[OpenDemo]:
    """Opens the demo organisation without channels, with a language model when the test gives
    one."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(demo_url))
        redis = open_redis(None)
        stack.push_async_callback(redis.aclose)
        async with database.reading() as session:
            organisation_id = (
                await session.scalars(select(Organisation.id).where(Organisation.slug == DEMO))
            ).one()

        async def open_(
            model: Models | None = None, settings: Settings | None = None,
            writing: Writing | None = None,
        ) -> tuple[AsyncExitStack, Ground, Service]:  # fmt: skip
            models = LanguageModels(writing=writing)
            if model is not None:
                stack.push_async_callback(model.aclose)
                models = LanguageModels(
                    at_tools={"manager": model, "customer": model}, writing=writing
                )
            # Its own folder: an index opens for one process.
            own = {"data_dir": tmp_path / "data"}
            ground = await open_ground(
                stack, (settings or Settings()).model_copy(update=own), organisation_id=organisation_id,
                database=database, redis=redis, models=models, clock=clock,
            )  # fmt: skip
            service = open_service(stack, ground, planner)
            # Files that are still being fetched hold a connection.
            stack.push_async_callback(service.gateway.close)
            return stack, ground, service

        yield open_


@pytest.fixture
async def open_chat(place: str, open_demo: OpenDemo, clock: FakeClock) -> OpenChat:
    """Opens the demo organisation. Every story is told at each of PLACES."""

    async def open_(
        model: Models | None = None, settings: Settings | None = None,
        writing: Writing | None = None,
    ) -> Chat:  # fmt: skip
        stack, ground, service = await open_demo(model, settings, writing)
        open_wire = {**PLACES, **OF_CUSTOMERS}[place]
        return Chat(service, ground, clock, await open_wire(stack, service))

    return open_


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    """Without a language model."""
    return await open_chat()


async def seed(url: str) -> None:
    clock = FakeClock()
    async with Database(url) as database:
        organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
        platforms = await open_platforms(Settings(), database, organisation_id, clock)
        await seed_demo(database, organisation_id, clock, platforms)
