"""A service that was away for days checks its rules once when it is back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import Database
from storage.executors import Place, Places
from tests.builders.campaigns import a_shop
from tests.builders.rules import SETTINGS, Desk, a_desk
from tests.fakes.clock import FakeClock
from tools.context import ToolContext
from tools.jobs import durable
from tools.jobs.opening import Jobs, open_jobs
from tools.optimization.jobs import handlers


@pytest.fixture(autouse=True)
def registered_anew() -> Iterator[None]:
    durable._workflow.cache_clear()
    yield
    from dbos import DBOS

    DBOS.destroy(destroy_registry=True)
    durable._workflow.cache_clear()


@pytest.fixture
async def desk(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Desk]:
    async with Database(sqlite_url) as database:
        yield await a_desk(await a_shop(database, clock))


async def _open(stack: AsyncExitStack, desk: Desk, folder: Path, owner: str) -> Jobs:
    async def open_context(person_id: int | None, order: str, place: Place) -> ToolContext:
        return desk.service

    shop = desk.shop
    places = Places(
        shop.database, shop.organisation.id, owner=owner, clock=shop.clock,
        duration=timedelta(seconds=12),
    )  # fmt: skip
    return await stack.enter_async_context(
        open_jobs(
            shop.database, shop.organisation.id, folder=folder, zone=desk.service.timezone,
            places=places, clock=shop.clock, handlers=handlers(SETTINGS),
            open_context=open_context, notifier=desk.notifier, alone=False,
        )
    )  # fmt: skip


async def _begun(jobs: Jobs, desk: Desk, checks: int) -> int:
    """Poll, and wait until there are that many checks of the first ad set."""
    begun = await jobs.poll()
    async with asyncio.timeout(60):
        while len(await desk.outcomes()) < checks or not jobs.durable.idle:
            await asyncio.sleep(0.02)
    return begun


async def test_days_of_missed_checks_are_caught_up_once(desk: Desk, tmp_path: Path) -> None:
    await desk.rule(action="decrease_budget")
    desk.shop.clock.advance(timedelta(hours=3))
    async with AsyncExitStack() as stack:
        jobs = await _open(stack, desk, tmp_path, "first")
        assert await _begun(jobs, desk, 1) == 1
        assert await jobs.poll() == 0
    # Ten checks are missed.
    desk.shop.clock.advance(timedelta(days=2, hours=12))
    async with AsyncExitStack() as stack:
        jobs = await _open(stack, desk, tmp_path, "second")
        assert await _begun(jobs, desk, 2) == 1
        assert await jobs.poll() == 0
        assert await desk.outcomes() == ["acted", "acted"]
        assert (await desk.live())[0] == "active 64.00"
        desk.shop.clock.advance(timedelta(hours=6))
        assert await _begun(jobs, desk, 3) == 1
    assert await desk.outcomes() == ["acted", "acted", "cooling"]
