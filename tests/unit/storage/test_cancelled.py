"""Tasks that are cancelled while SQLite works for them leave no thread and no connection behind."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.database import Database


class Gate:
    """Holds up a thread of the driver until the test lets it go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self) -> int:
        self.reached.set()
        assert self.opened.wait(10)
        return 1


async def cancelled_behind(gate: Gate, work: Callable[[], Awaitable[Any]]) -> bool:
    """Cancel `work` while the thread is held up; whether it was still waiting for the thread."""
    task = asyncio.ensure_future(work())
    assert await asyncio.to_thread(gate.reached.wait, 10)
    task.cancel()
    ended, _ = await asyncio.wait([task], timeout=0.05)
    gate.opened.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    return not ended


@pytest.fixture
def earlier() -> set[threading.Thread]:
    """Threads of connections that others left open in this process."""
    return set(threading.enumerate())


def threads(earlier: set[threading.Thread]) -> list[threading.Thread]:
    """Those of the driver that go on."""
    new = set(threading.enumerate()) - earlier
    working = [each for each in new if "_connection_worker" in each.name]
    for each in working:
        each.join(1)
    return [each for each in working if each.is_alive()]


async def test_a_statement_is_over_when_its_cancelled_task_ends(
    tmp_path: Path, earlier: set[threading.Thread]
) -> None:
    gate = Gate()
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/one.db") as database:

        async def read() -> None:
            async with database.reading() as session:
                raw = await (await session.connection()).get_raw_connection()
                assert raw.driver_connection is not None
                await raw.driver_connection.create_function("held_up", 0, gate)
                await session.execute(text("SELECT held_up()"))

        assert await cancelled_behind(gate, read)
        async with database.reading() as session:
            assert (await session.execute(text("SELECT 1"))).scalar() == 1
    assert threads(earlier) == []


async def test_a_connection_is_closed_when_its_task_is_cancelled_while_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, earlier: set[threading.Thread]
) -> None:
    gate = Gate()
    connect = sqlite3.connect

    def held_up(*args: Any, **options: Any) -> Any:
        gate()
        return connect(*args, **options)

    monkeypatch.setattr("storage.sqlite.sqlite3.connect", held_up)
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/one.db") as database:

        async def read() -> None:
            async with database.reading() as session:
                await session.execute(text("SELECT 1"))

        assert await cancelled_behind(gate, read)
        assert threads(earlier) == []


async def test_an_opening_that_fails_has_ended_its_thread_when_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()

    def held_up(message: str, *said: object) -> None:
        if message.startswith("executing") and "close_and_stop" in str(said):
            gate()

    monkeypatch.setattr("aiosqlite.core.LOG.debug", held_up)
    async with Database("sqlite+aiosqlite:////nowhere/huoke.db") as database:

        async def read() -> None:
            async with database.reading() as session:
                await session.execute(text("SELECT 1"))

        task = asyncio.ensure_future(read())
        assert await asyncio.to_thread(gate.reached.wait, 10)
        ended, _ = await asyncio.wait([task], timeout=0.05)
        gate.opened.set()
        with pytest.raises(OperationalError):
            await task
        assert not ended
