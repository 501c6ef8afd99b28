"""A duty is done by one process at a time, and by another when that one is gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.duty import SharedDuty
from config.clock import SystemClock
from config.errors import ConfigurationError
from storage.database import Database
from storage.duties import Duties
from storage.tables.organisation import Duty, Organisation
from tests.builders.organisation import an_organisation
from tests.builders.service import until
from tests.fakes.clock import FakeClock

LEASE = timedelta(seconds=12)
# What a real clock is used for: nothing is asserted about how long anything takes.
SHORT = timedelta(milliseconds=300)


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


class Holder:
    """A process that wants the duty; `fence` while it has it."""

    def __init__(
        self, database: Database, organisation: Organisation, name: str, clock: FakeClock
    ) -> None:
        self._database = database
        self.duties = Duties(organisation.id, owner=name, clock=clock, duration=LEASE)
        self.fence: int | None = None

    async def takes(self, name: str = "poll") -> bool:
        async with self._database.unit_of_work() as session:
            self.fence = await self.duties.take(session, name)
        return self.fence is not None

    async def keeps(self) -> bool:
        assert self.fence is not None
        async with self._database.unit_of_work() as session:
            return await self.duties.keep(session, "poll", self.fence)

    async def gives_back(self) -> None:
        assert self.fence is not None
        async with self._database.unit_of_work() as session:
            await self.duties.give_back(session, "poll", self.fence)


@pytest.fixture
def holders(
    database: Database, organisation: Organisation, clock: FakeClock
) -> tuple[Holder, Holder]:
    return Holder(database, organisation, "a", clock), Holder(database, organisation, "b", clock)


async def test_only_one_has_it(holders: tuple[Holder, Holder]) -> None:
    one, other = holders
    assert await one.takes()
    assert not await other.takes()
    assert await other.takes("another duty")


async def test_of_many_at_once_one_gets_it(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    many = [Holder(database, organisation, f"p{number}", clock) for number in range(6)]
    assert sum(await asyncio.gather(*(each.takes() for each in many))) == 1


async def test_who_keeps_it_has_it_however_long(
    holders: tuple[Holder, Holder], clock: FakeClock
) -> None:
    one, other = holders
    assert await one.takes()
    for _ in range(10):
        clock.advance(LEASE / 2)
        assert await one.keeps()
        assert not await other.takes()


async def test_a_dead_one_loses_it_when_its_time_is_over(
    holders: tuple[Holder, Holder], clock: FakeClock
) -> None:
    one, other = holders
    assert await one.takes()
    clock.advance(LEASE)
    assert not await other.takes()
    clock.advance(timedelta(seconds=1))
    assert await other.takes()


async def test_who_wakes_late_is_told_and_takes_nothing_away(
    holders: tuple[Holder, Holder], clock: FakeClock
) -> None:
    one, other = holders
    assert await one.takes()
    clock.advance(LEASE * 2)
    assert await other.takes()
    assert not await one.keeps()
    await one.gives_back()
    assert await other.keeps()


async def test_what_was_given_back_is_free_at_once(holders: tuple[Holder, Holder]) -> None:
    one, other = holders
    assert await one.takes()
    await one.gives_back()
    assert await other.takes()


async def test_one_process_that_forgot_that_it_has_it_does_not_get_it_twice(
    holders: tuple[Holder, Holder],
) -> None:
    one, _ = holders
    assert await one.takes()
    assert not await one.takes()


class Workers:
    """Processes that do the same work; who is at it, and whether two ever were."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self._database = database
        self._organisation = organisation
        self.at_work: list[str] = []
        self.began: list[str] = []
        self.together = False

    def duty(self, name: str) -> SharedDuty:
        duties = Duties(self._organisation.id, owner=name, clock=SystemClock(), duration=SHORT)
        return SharedDuty(self._database, duties)

    def work(self, name: str) -> Callable[[], Awaitable[None]]:
        async def forever() -> None:
            self.together |= bool(self.at_work)
            self.at_work.append(name)
            self.began.append(name)
            try:
                await asyncio.Event().wait()
            finally:
                self.at_work.remove(name)

        return forever

    @asynccontextmanager
    async def running(self, name: str) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.ensure_future(self.duty(name)("poll", self.work(name)))
        yield task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def has_begun(self, times: int) -> None:
        async def enough() -> bool:
            return len(self.began) >= times

        await until(enough)


@pytest.fixture
def workers(database: Database, organisation: Organisation) -> Workers:
    return Workers(database, organisation)


async def test_the_work_goes_on_in_another_when_one_stops(workers: Workers) -> None:
    async with workers.running("a") as first:
        await workers.has_begun(1)
        async with workers.running("b"):
            first.cancel()
            await workers.has_begun(2)
            assert workers.at_work == ["b"]
    assert not workers.together


async def test_who_lost_it_stops_at_once_and_waits_again(
    workers: Workers, database: Database
) -> None:
    """As after a pause: somebody else has it in the meantime, and gives it back."""
    async with workers.running("a"):
        await workers.has_begun(1)
        async with database.unit_of_work() as session:
            await session.execute(update(Duty).values(owner="b", fence=Duty.fence + 1))

        async def stopped() -> bool:
            return workers.at_work == []

        await until(stopped)
        async with database.unit_of_work() as session:
            await session.execute(update(Duty).values(owner=None))
        await workers.has_begun(2)
    assert not workers.together


async def test_work_that_ends_gives_the_duty_back(workers: Workers, database: Database) -> None:
    async def nothing() -> None:
        return None

    await workers.duty("a")("poll", nothing)
    async with database.reading() as session:
        assert await session.scalar(select(Duty.owner)) is None


async def test_work_that_fails_says_so_and_gives_the_duty_back(
    workers: Workers, database: Database
) -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise ConfigurationError("no such token")

    with pytest.raises(ConfigurationError, match="no such token"):
        await workers.duty("a")("poll", fails)
    async with database.reading() as session:
        assert await session.scalar(select(Duty.owner)) is None
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert others == []
