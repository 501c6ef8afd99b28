"""Scheduled and durable work on DBOS, on SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.errors import InvalidInput, TransientError
from config.roles import Role
from storage.database import Database
from storage.executors import Place, PlaceLost, Places
from storage.tables.job import Job
from storage.tables.organisation import Organisation, Person
from tests.builders.context import a_context
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier
from tools.context import ToolContext
from tools.jobs import durable
from tools.jobs.opening import Jobs, open_jobs
from tools.jobs.service import JobService, next_run

SHANGHAI = ZoneInfo("Asia/Shanghai")
Do = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The workflow is registered once in a process; here each test registers it anew."""
    monkeypatch.setattr(durable, "_FIRST_SECONDS", 0.01)
    durable._workflow.cache_clear()
    yield
    from dbos import DBOS

    DBOS.destroy(destroy_registry=True)
    durable._workflow.cache_clear()


@dataclass(kw_only=True)
class Office:
    database: Database
    organisation: Organisation
    manager: Person
    clock: FakeClock
    folder: Path
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    done: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.free.set()

    async def work(self, context: ToolContext, payload: dict[str, Any]) -> None:
        self.begun.append(context.order_key)
        await self.free.wait()
        if self.error:
            error, self.error = self.error, None
            raise error
        self.done.append(context.order_key)

    async def broken(self, context: ToolContext, payload: dict[str, Any]) -> None:
        raise ZeroDivisionError

    def service(self, session: Any) -> JobService:
        return JobService(session, self.organisation.id, self.clock, SHANGHAI)

    async def order(self, key: str, kind: str = "work", **when: Any) -> None:
        async with self.database.unit_of_work() as session:
            service = self.service(session)
            if "cron" in when:
                await service.repeat(session, key, kind, {}, person_id=self.manager.id, **when)
            else:
                await service.once(session, key, kind, {}, person_id=self.manager.id, **when)

    async def job(self, key: str) -> Job | None:
        async with self.database.reading() as session:
            return await self.service(session).find(key)

    def places(self, owner: str) -> Places:
        return Places(
            self.database, self.organisation.id, owner=owner, clock=self.clock,
            duration=timedelta(seconds=12),
        )  # fmt: skip

    async def open(self, stack: AsyncExitStack, owner: str = "one", *, alone: bool = False) -> Jobs:
        async def open_context(person_id: int | None, order: str, place: Place) -> ToolContext:
            return a_context(
                self.database, self.organisation, self.manager, self.clock, order_key=order,
                conversation_id=0,
            )  # fmt: skip

        return await stack.enter_async_context(
            open_jobs(
                self.database, self.organisation.id, folder=self.folder, zone=SHANGHAI,
                places=self.places(owner), clock=self.clock, open_context=open_context,
                handlers={"work": self.work, "broken": self.broken}, notifier=self.notifier,
                alone=alone,
            )
        )  # fmt: skip


@pytest.fixture
async def office(database: Database, clock: FakeClock, tmp_path: Path) -> Office:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        manager = await a_person(session, organisation, role=Role.admin)
    return Office(
        database=database, organisation=organisation, manager=manager, clock=clock,
        folder=tmp_path,
    )  # fmt: skip


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.02)


async def test_what_is_due_is_done_once(office: Office, stack: AsyncExitStack) -> None:
    await office.order("a")
    await office.order("later", due=office.clock.now() + timedelta(hours=1))
    jobs = await office.open(stack)
    assert await jobs.poll() == 1
    assert await jobs.poll() == 0
    await until(lambda: len(office.done) == 1)
    office.clock.advance(timedelta(hours=2))
    assert await jobs.poll() == 1
    await until(lambda: len(office.done) == 2)


async def test_threads_of_others_go_on_while_it_closes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat that asks the embedder meanwhile must not hear of it."""
    loop, close = asyncio.get_running_loop(), durable._destroy
    computed: list[int] = []

    def closed() -> None:
        close()
        other = asyncio.run_coroutine_threadsafe(asyncio.to_thread(int, "7"), loop)
        computed.append(other.result(60))

    await office.order("a")
    async with AsyncExitStack() as stack:
        jobs = await office.open(stack)
        await jobs.poll()
        await until(lambda: jobs.durable.idle and bool(office.done))
        monkeypatch.setattr(durable, "_destroy", closed)
    assert computed == [7]


async def test_begun_twice_it_is_done_once(office: Office, stack: AsyncExitStack) -> None:
    await office.order("a")
    jobs = await office.open(stack)
    order = "job:1:x"
    await asyncio.gather(*(jobs.durable.start("a", order) for _ in range(5)))
    await until(lambda: jobs.durable.idle and bool(office.done))
    assert office.done == [order]


async def test_missed_runs_are_caught_up_once(office: Office, stack: AsyncExitStack) -> None:
    await office.order("daily", cron="0 9 * * *")
    office.clock.advance(timedelta(days=5))
    jobs = await office.open(stack)
    assert [await jobs.poll(), await jobs.poll()] == [1, 0]
    await until(lambda: len(office.done) == 1)
    job = await office.job("daily")
    assert job is not None
    assert job.due_at is not None
    assert job.due_at.astimezone(SHANGHAI).isoformat() == "2026-11-24T09:00:00+08:00"


async def test_a_moment_of_trouble_is_tried_again(office: Office, stack: AsyncExitStack) -> None:
    office.error = TransientError("busy")
    await office.order("a")
    jobs = await office.open(stack)
    await jobs.poll()
    await until(lambda: len(office.done) == 1)
    assert office.notifier.notices == {}


async def test_a_bug_is_told_to_the_admins_and_holds_up_nothing(
    office: Office, stack: AsyncExitStack
) -> None:
    await office.order("bad", kind="broken")
    await office.order("good")
    jobs = await office.open(stack)
    assert await jobs.poll() == 2
    await until(lambda: bool(office.notifier.notices) and bool(office.done))
    assert [text for text, _ in office.notifier.notices.values()] == ["jobs.failed"]
    bad = await office.job("bad")
    assert bad is not None
    assert bad.last_error


async def test_work_of_another_release_stays_due(office: Office, stack: AsyncExitStack) -> None:
    await office.order("new", kind="of the future")
    jobs = await office.open(stack)
    assert await jobs.poll() == 0
    job = await office.job("new")
    assert job is not None
    assert job.due_at is not None


async def test_what_was_taken_back_is_not_done(office: Office, stack: AsyncExitStack) -> None:
    await office.order("a")
    jobs = await office.open(stack)
    async with office.database.unit_of_work() as session:
        await office.service(session).stop(session, "a")
    await jobs.durable.start("a", "job:1:x")
    await until(lambda: jobs.durable.idle)
    assert office.done == []


async def test_a_place_is_held_by_one_and_taken_over_when_its_owner_is_dead(
    office: Office,
) -> None:
    one, two = office.places("one"), office.places("two")
    async with office.database.unit_of_work() as session:
        first, second = await one.take(session), await two.take(session)
    assert (first.slot, second.slot) == (1, 2)
    office.clock.advance(timedelta(seconds=13))
    await second.check()
    async with office.database.unit_of_work() as session:
        claimed = await two.claim_abandoned(session)
        assert [place.slot for place in claimed] == [1]
        assert await office.places("other").claim_abandoned(session) == []
        await two.give_back(session, claimed[0])
    with pytest.raises(PlaceLost):
        await first.check()
    async with office.database.unit_of_work() as session:
        assert (await office.places("three").take(session)).slot == 1


async def interrupted(office: Office) -> None:
    """A job that was begun in place 1, by a process that is gone before it is done."""
    await office.order("a")
    office.free.clear()
    async with AsyncExitStack() as first:
        jobs = await office.open(first)
        await jobs.poll()
        await until(lambda: bool(office.begun))
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    office.free.set()


async def test_the_next_start_finishes_what_was_begun(
    office: Office, stack: AsyncExitStack
) -> None:
    await interrupted(office)
    assert office.done == []
    await office.open(stack, alone=True)
    await until(lambda: bool(office.done))
    assert office.done == office.begun[:1]


async def test_another_process_finishes_what_a_dead_one_had_begun(
    office: Office, stack: AsyncExitStack
) -> None:
    await interrupted(office)
    async with office.database.unit_of_work() as session:
        dead = await office.places("dead").take(session)
    assert dead.slot == 1
    jobs = await office.open(stack, "alive")
    await jobs.runner.take_over_the_dead(jobs.durable)
    assert office.done == []
    office.clock.advance(timedelta(seconds=13))
    await jobs.runner.take_over_the_dead(jobs.durable)
    await until(lambda: bool(office.done))
    assert office.done == office.begun[:1]


def test_a_schedule_follows_the_clocks_of_its_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    first = next_run("30 8 * * *", before, berlin)
    second = next_run("30 8 * * *", first, berlin)
    assert [each.astimezone(UTC).isoformat() for each in (first, second)] == [
        "2026-10-25T07:30:00+00:00", "2026-10-26T07:30:00+00:00",
    ]  # fmt: skip
    summer = next_run("30 8 * * *", datetime(2026, 7, 1, 12, tzinfo=UTC), berlin)
    assert summer.astimezone(UTC).isoformat() == "2026-07-02T06:30:00+00:00"


async def test_a_schedule_that_is_none_is_refused(office: Office) -> None:
    with pytest.raises(InvalidInput):
        await office.order("x", cron="every now and then")


async def test_a_process_that_lost_its_place_leaves_the_work_to_the_next(
    office: Office, stack: AsyncExitStack
) -> None:
    office.error = PlaceLost(1)
    await office.order("a")
    async with AsyncExitStack() as first:
        jobs = await office.open(first)
        await jobs.poll()
        await until(lambda: bool(office.begun) and jobs.durable.idle)
    assert office.done == []
    await office.open(stack, alone=True)
    await until(lambda: bool(office.done))
    assert office.done == office.begun[:1]
    assert office.notifier.notices == {}
