"""The audit log shows every kind of tampering."""

import asyncio

import pytest
from sqlalchemy import delete, text, update

from storage.audit import AuditLog, ChainCheck
from storage.database import Database
from storage.tables.organisation import Organisation
from storage.tables.trust import AuditEntry
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
async def log(database: Database, organisation: Organisation, clock: FakeClock) -> AuditLog:
    log = AuditLog(organisation.id, clock)
    for number in range(4):
        async with database.unit_of_work() as session:
            await log.append(session, "tool.run", person_id=1, tool=f"工具 {number}", n=number)
    return log


async def verify(database: Database, log: AuditLog) -> ChainCheck:
    async with database.reading() as session:
        return await log.verify(session)


async def test_an_untouched_chain_is_whole(database: Database, log: AuditLog) -> None:
    assert await verify(database, log) == ChainCheck(length=4, broken_at=None)


async def test_a_changed_entry_shows(database: Database, log: AuditLog) -> None:
    async with database.unit_of_work() as session:
        await session.execute(
            update(AuditEntry).where(AuditEntry.position == 2).values(event="approval.agreed")
        )
    assert (await verify(database, log)).broken_at == 2


@pytest.mark.parametrize(("position", "shows_at"), [(1, 1), (3, 3), (4, 4)])
async def test_a_removed_entry_shows(
    database: Database, log: AuditLog, position: int, shows_at: int
) -> None:
    async with database.unit_of_work() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.position == position))
    assert (await verify(database, log)).broken_at == shows_at


async def test_an_entry_added_behind_its_back_shows(
    database: Database, log: AuditLog, organisation: Organisation
) -> None:
    async with database.unit_of_work() as session:
        await session.execute(
            text(
                "INSERT INTO audit (organisation_id, position, at, event, details, previous_hash,"
                " hash) SELECT organisation_id, 5, at, event, details, hash, hash FROM audit"
                " WHERE position = 4"
            )
        )
    assert (await verify(database, log)).broken_at == 5


async def test_writers_at_the_same_time_make_one_chain(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    log = AuditLog(organisation.id, clock)

    async def write(number: int) -> None:
        async with database.unit_of_work() as session:
            await log.append(session, "tool.run", person_id=number)

    await asyncio.gather(*(write(number) for number in range(10)))
    assert await verify(database, log) == ChainCheck(length=10, broken_at=None)


async def test_organisations_have_chains_of_their_own(
    database: Database, log: AuditLog, clock: FakeClock
) -> None:
    async with database.unit_of_work() as session:
        other = AuditLog((await an_organisation(session, slug="other")).id, clock)
        await other.append(session, "person.role", person_id=None)
    assert await verify(database, other) == ChainCheck(length=1, broken_at=None)
    assert await verify(database, log) == ChainCheck(length=4, broken_at=None)
