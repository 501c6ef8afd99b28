"""Engine and units of work.

A function that takes a `ReadSession` cannot hand it to one that writes: a write `Session` is
needed there, and only `unit_of_work` makes one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from types import TracebackType
from typing import Any, NewType, Self

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NotSupportedError,
    PendingRollbackError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from storage.sqlite import Driver

ReadSession = NewType("ReadSession", AsyncSession)
Session = NewType("Session", ReadSession)

_BUSY_SECONDS = 10
# Connections that stay open; as many again may be open for a moment.
_POOL = 20
# Statements that a connection keeps prepared: more than we have.
_PREPARED = 500
# What sits between us and the server may forget connections that are silent for long.
_RECYCLE_SECONDS = 600


class Database:
    """Owns the connection pool; use as an async context manager."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._engine = _engine(self.url)
        self._reading = async_sessionmaker(self._for_reading(), expire_on_commit=False)
        self._writing = async_sessionmaker(
            self._engine.execution_options(writes=True), expire_on_commit=False
        )
        # SQLite has one writer: waiting here is fair and wakes at once, its busy handler polls.
        self._turn: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[Session]:
        """One writing transaction: commits when the block ends, rolls back when it raises."""
        async with self._turn, self._writing.begin() as session:
            yield Session(ReadSession(session))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """One reading transaction; nothing in it is committed."""
        async with self._reading() as session:
            yield ReadSession(session)

    @asynccontextmanager
    async def for_migrations(self) -> AsyncIterator[AsyncConnection]:
        """One writing transaction in which SQLite may drop a table that others refer to and make it
        again: with its foreign keys on, their rows would go with it."""
        async with self._turn, self._engine.connect() as connection:
            await connection.execution_options(writes=True)
            await self._set_foreign_keys(connection, "OFF")
            try:
                async with connection.begin():
                    yield connection
            finally:
                await self._set_foreign_keys(connection, "ON")

    async def _set_foreign_keys(self, connection: AsyncConnection, switch: str) -> None:
        if not self.is_sqlite:
            return
        # Below SQLAlchemy, which would begin a transaction: inside of one it has no effect.
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await (await driver.execute(f"PRAGMA foreign_keys={switch}")).close()

    def _for_reading(self) -> AsyncEngine:
        # PostgreSQL gives every statement its own view of the data anyway: beginning and ending a
        # transaction would be two round trips for nothing. SQLite keeps one view until the end.
        if self.is_sqlite:
            return self._engine
        return self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def compact(self) -> None:
        """Rewrite the file, so that nothing deleted can be read in it or in its log. PostgreSQL
        clears its pages by itself (autovacuum)."""
        if not self.is_sqlite:
            return
        async with self._turn, self._engine.connect() as connection:
            # Below SQLAlchemy, which would begin a transaction: VACUUM works outside of one only.
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                await (await driver.execute(statement)).close()


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        engine = create_async_engine(
            url,
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_recycle=_RECYCLE_SECONDS,
            # The one used last, because its statements are prepared.
            pool_use_lifo=True,
            connect_args={"prepared_statement_cache_size": _PREPARED},
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return engine
    engine = create_async_engine(url, module=Driver(), connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _refuse_closed(connection: Any, record: object, proxy: object) -> None:
    """Let the pool open another connection in place of one that the server ended, as when it was
    restarted. The driver knows that without asking, and asking would be three round trips."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _prepare_sqlite(connection: Any, record: object) -> None:
    # The driver would begin by itself, too late for a consistent read; see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL keeps an acknowledged message through a power cut, not only through kill -9.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another wrote between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def unstorable(error: BaseException) -> bool:
    """Whether the database refused the values themselves, as it always will: too long, or
    characters that it has no place for. Drivers tell in different ways."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return isinstance(error, (DataError, UnicodeError, OverflowError)) or state.startswith("22")


def out_of_reach(error: BaseException) -> bool:
    """Whether the database was away, or cut us off, so that the same may work a moment later."""
    if unstorable(error):
        return False
    if isinstance(error, (IntegrityError, ProgrammingError, NotSupportedError)):
        return False
    return isinstance(error, (DBAPIError, PendingRollbackError, PoolTimeout, OSError))
