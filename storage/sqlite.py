"""SQLite through aiosqlite, with one visit to the connection's thread for each statement.

SQLAlchemy's adapter visits it four times (open a cursor, execute, fetch, close); a visit costs more
than most of our statements.
"""

import asyncio
import sqlite3
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)

_ROWS_AT_ONCE = 64


@dataclass(slots=True)
class _Outcome:
    """What a cursor knows after its statement; it holds nothing that must be closed."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1

    def close(self) -> None: ...


def _run(
    connection: sqlite3.Connection, statement: str, parameters: Any
) -> tuple[_Outcome, list[Any]]:
    cursor = connection.execute(statement, parameters or ())
    rows = cursor.fetchall() if cursor.description else []
    outcome = _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid)
    cursor.close()
    return outcome, rows


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:
        return _Outcome()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        async with self._adapt_connection._execute_mutex:
            connection = self._connection
            outcome, rows = await connection._execute(_run, connection._conn, operation, parameters)
            self._cursor, self._rows = outcome, deque(rows)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        async with self._adapt_connection._execute_mutex:
            cursor = await self._connection.executemany(operation, seq_of_parameters)
            self._cursor = _Outcome(None, cursor.rowcount, cursor.lastrowid)  # type: ignore[assignment]
            await cursor.close()


class _Thread(aiosqlite.Connection):
    """Whose opening is cancelled or fails ends when it is closed again; of the driver's own the
    thread would be left behind, with nobody to answer when the loop is gone."""

    _stopping: asyncio.Future[Any] | None = None

    async def _connect(self) -> Self:
        opening = asyncio.ensure_future(super()._connect())
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            await _over(opening)
            await self.close()
            raise
        except sqlite3.Error:
            if self._stopping is not None:
                await _over(self._stopping)
            raise
        return self

    def stop(self) -> asyncio.Future[Any] | None:
        self._stopping = super().stop()
        return self._stopping


async def _over(work: asyncio.Future[Any]) -> None:
    """However often we are cancelled meanwhile: who waits here ends with that anyway."""
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            continue
    if not work.cancelled():
        work.exception()


def _opened(database: str, **options: Any) -> _Thread:
    connection = _Thread(partial(sqlite3.connect, database, **options), _ROWS_AT_ONCE)
    # A program that ends without closing the database is not held up.
    connection._thread.daemon = True
    return connection


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """Given to `create_async_engine` as its `module`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *args: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        opened = super().connect(*args, async_creator_fn=_opened, **options)
        return _Connection(self, opened._connection)
