"""Units of work and readable ids, on SQLite and on PostgreSQL."""

import asyncio

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.repository import next_number
from storage.tables.organisation import Counter, Organisation
from storage.upsert import insert_or_ignore, table_of
from tests.builders.organisation import an_organisation


async def test_a_unit_of_work_that_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.unit_of_work() as session:
            await an_organisation(session)
            raise ZeroDivisionError
    async with database.reading() as reading:
        assert (await reading.scalars(select(Organisation))).all() == []


async def test_numbers_are_given_out_once_even_when_many_ask_together(database: Database) -> None:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)

    async def take() -> int:
        async with database.unit_of_work() as session:
            return await next_number(session, organisation.id, "L")

    assert sorted(await asyncio.gather(*(take() for _ in range(12)))) == list(range(1, 13))


async def test_each_organisation_and_kind_counts_from_one(database: Database) -> None:
    async with database.unit_of_work() as session:
        acme = await an_organisation(session)
        other = await an_organisation(session, slug="other")
        assert await next_number(session, acme.id, "L") == 1
        assert await next_number(session, acme.id, "L") == 2
        assert await next_number(session, acme.id, "C") == 1
        assert await next_number(session, other.id, "L") == 1


async def test_times_come_back_aware(database: Database) -> None:
    async with database.unit_of_work() as session:
        await an_organisation(session)
    async with database.reading() as reading:
        row = (await reading.scalars(select(Organisation))).one()
        assert row.created_at.utcoffset() is not None


async def test_connections_that_the_server_ended_are_opened_again(database: Database) -> None:
    if database.is_sqlite:
        return
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(_ask(database))
    async with database.unit_of_work() as session:
        await session.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        )
    await asyncio.sleep(0.1)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(_ask(database))


async def _ask(database: Database) -> None:
    async with database.unit_of_work() as session:
        await session.execute(select(Organisation))


async def test_many_rows_are_written_with_one_statement(database: Database) -> None:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        counters = table_of(Counter)
        rows = [{"organisation_id": organisation.id, "kind": kind, "last": 7} for kind in "LCR"]
        await session.execute(insert(counters), rows)
        changed = update(counters).values(last=8).returning(counters.c.kind)
        assert set(await session.scalars(changed)) == {"L", "C", "R"}
    async with database.reading() as reading:
        assert set(await reading.scalars(select(counters.c.last))) == {8}


async def test_a_row_with_a_taken_key_is_not_inserted_again(database: Database) -> None:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        fresh = {"organisation_id": organisation.id, "kind": "L", "last": 0}
        assert await insert_or_ignore(session, Counter, fresh) is not None
        assert await insert_or_ignore(session, Counter, fresh) is None
        with pytest.raises(IntegrityError):
            await session.execute(insert(table_of(Counter)), fresh)
