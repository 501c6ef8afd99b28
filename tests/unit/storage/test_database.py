"""Units of work and readable ids, on SQLite and on PostgreSQL."""

import asyncio

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.repository import next_number
from storage.tables.organisation import Organisation
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
