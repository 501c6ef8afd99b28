"""One worker at a time per conversation, and what becomes of one that stalled."""

import asyncio
from datetime import timedelta

import pytest

from storage.database import Database
from storage.leases import Lease, LeaseLost, Leases
from tests.builders.chats import a_conversation
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock

TWELVE = timedelta(seconds=12)


@pytest.fixture
async def conversation(database: Database) -> int:
    async with database.unit_of_work() as session:
        return await a_conversation(session, await an_organisation(session))


def worker(database: Database, clock: FakeClock, name: str) -> Leases:
    return Leases(database, owner=name, clock=clock, duration=TWELVE)


async def take(leases: Leases, conversation: int) -> Lease | None:
    async with leases.database.unit_of_work() as session:
        return await leases.take(session, conversation)


async def give_back(leases: Leases, lease: Lease) -> None:
    async with leases.database.unit_of_work() as session:
        await lease.give_back(session)


async def test_of_many_workers_one_gets_the_conversation(
    database: Database, clock: FakeClock, conversation: int
) -> None:
    workers = [worker(database, clock, f"w{number}") for number in range(6)]
    leases = await asyncio.gather(*(take(each, conversation) for each in workers))
    assert len([lease for lease in leases if lease is not None]) == 1


async def test_a_lease_that_was_given_back_is_free_at_once(
    database: Database, clock: FakeClock, conversation: int
) -> None:
    first, second = worker(database, clock, "a"), worker(database, clock, "b")
    lease = await take(first, conversation)
    assert lease is not None
    assert await take(second, conversation) is None
    await give_back(first, lease)
    assert await take(second, conversation) is not None


async def test_the_lease_of_a_dead_worker_is_free_within_fifteen_seconds(
    database: Database, clock: FakeClock, conversation: int
) -> None:
    assert await take(worker(database, clock, "dead"), conversation) is not None
    clock.advance(timedelta(seconds=15))
    assert await take(worker(database, clock, "b"), conversation) is not None


async def test_a_worker_that_checks_in_keeps_its_lease(
    database: Database, clock: FakeClock, conversation: int
) -> None:
    lease = await take(worker(database, clock, "a"), conversation)
    assert lease is not None
    for _ in range(3):
        clock.advance(timedelta(seconds=10))
        await lease.check()
    assert await take(worker(database, clock, "b"), conversation) is None


async def test_a_worker_that_stalled_and_woke_cannot_act(
    database: Database, clock: FakeClock, conversation: int
) -> None:
    stalled = await take(worker(database, clock, "a"), conversation)
    assert stalled is not None
    clock.advance(timedelta(seconds=20))
    assert await take(worker(database, clock, "b"), conversation) is not None
    with pytest.raises(LeaseLost):
        await stalled.check()
    with pytest.raises(LeaseLost):
        await give_back(worker(database, clock, "a"), stalled)


async def test_the_same_worker_cannot_use_an_older_lease_of_its_own(
    database: Database, clock: FakeClock, conversation: int
) -> None:
    leases = worker(database, clock, "a")
    older = await take(leases, conversation)
    clock.advance(timedelta(seconds=20))
    newer = await take(leases, conversation)
    assert older is not None
    assert newer is not None
    assert newer.fence > older.fence
    with pytest.raises(LeaseLost):
        await older.check()
    await newer.check()
