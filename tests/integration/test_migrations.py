"""The migrations make exactly the schema of the tables, and can be taken back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, DateTime, inspect

import storage.tables
from storage.database import Database
from storage.migrate import current_revision, migrate, newest_revision
from storage.tables.base import Table
from tests.conftest import administer

assert storage.tables


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid4().hex}"
    asyncio.run(administer(server, f"CREATE DATABASE {name}"))
    yield f"{server}/{name}"
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_a_new_database_gets_exactly_the_tables(empty_url: str) -> None:
    async with Database(empty_url) as database:
        assert await current_revision(database) is None
        assert await migrate(database)
        assert await current_revision(database) == newest_revision()
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences) == []
            assert await connection.run_sync(tables) == set(Table.metadata.tables)


async def test_there_is_nothing_to_do_the_second_time(empty_url: str) -> None:
    async with Database(empty_url) as database:
        assert await migrate(database)
        assert not await migrate(database)


async def test_the_way_back_leaves_nothing(empty_url: str) -> None:
    async with Database(empty_url) as database:
        await migrate(database)
        await migrate(database, "base")
        async with database.engine.connect() as connection:
            assert await connection.run_sync(tables) == set()


def test_every_row_belongs_to_an_organisation() -> None:
    assert [
        name
        for name, table in Table.metadata.tables.items()
        if name != "organisations" and "organisation_id" not in table.columns
    ] == []


def test_every_time_is_aware() -> None:
    assert [
        str(column)
        for table in Table.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, DateTime)
    ] == []
