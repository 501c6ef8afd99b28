"""The loop behind the deadlines of tickets and the ends of visits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot import watching


class Watch:
    """Finds the database away the first time."""

    def __init__(self) -> None:
        self.looks = 0
        self.went_on = asyncio.Event()

    async def look(self) -> int:
        self.looks += 1
        if self.looks == 1:
            raise OSError("away")
        self.went_on.set()
        return 0


async def during(run: Callable[[], Awaitable[None]], watch: Watch) -> None:
    task = asyncio.ensure_future(run())
    async with asyncio.timeout(10):
        await watch.went_on.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_database_that_was_away_does_not_end_it() -> None:
    watch = Watch()
    await during(watching.Watch("tickets", watch, timedelta(0), None).run, watch)
    assert watch.looks >= 2


async def test_of_several_processes_the_one_on_duty_looks() -> None:
    watch, taken = Watch(), list[str]()

    async def duty(name: str, work: Callable[[], Awaitable[None]]) -> None:
        taken.append(name)
        await work()

    await during(watching.Watch("tickets", watch, timedelta(0), duty).run, watch)
    assert taken == ["tickets"]
