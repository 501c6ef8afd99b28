"""What every test may use: databases on both engines, Redis in both forms, a clock that waits."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database
from storage.migrate import migrate
from tests.fakes.clock import FakeClock
from tests.servers import ServerMissing, postgres_cluster

# A key of the developer's own must not make the tests talk to anybody.
for _name in ("DEEPSEEK_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "MODELS"):
    os.environ.pop(_name, None)

_IN_CI = bool(os.environ.get("CI"))


def missing(server: str) -> None:
    """A server that is not installed: a failure in CI, a skip with a reason elsewhere."""
    if _IN_CI:
        pytest.fail(f"{server} is not installed")
    pytest.skip(f"{server} is not installed")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "huoke.db"
    asyncio.run(_create_schema(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a private cluster whose database `template` holds the schema."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_cluster())
        except ServerMissing as error:
            missing(str(error))
        asyncio.run(administer(server, "CREATE DATABASE template"))
        asyncio.run(_create_schema(f"{server}/template"))
        yield server


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every row of a test that meets both engines is tried on SQLite, and its first one on
    PostgreSQL too."""
    first: dict[str, str] = {}
    again = set()
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            told = dict(item.callspec.params)
            if told.pop("database_url", None) == "postgresql":
                story, row = item.nodeid.partition("[")[0], str(told)
                if first.setdefault(story, row) != row:
                    again.add(item.nodeid)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in again])
    items[:] = [item for item in items if item.nodeid not in again]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with the schema, once on each engine."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        yield f"sqlite+aiosqlite:///{shutil.copy(template, tmp_path / 'huoke.db')}"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex}"
    asyncio.run(administer(server, f"CREATE DATABASE {name} TEMPLATE template"))
    yield f"{server}/{name}"
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty SQLite database with the schema, where the engine does not matter."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'huoke.db')}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as opened:
        yield opened


async def _create_schema(url: str) -> None:
    async with Database(url) as database:
        await migrate(database)


async def administer(server: str, statement: str) -> None:
    engine = create_async_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
