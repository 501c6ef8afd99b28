"""Everything around the workers, opened once for several runs: the servers, the nursery, and a
database that is ready to be copied."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from config.clock import SystemClock
from config.settings import Settings
from storage.database import Database
from storage.migrate import migrate
from tests.chaos.load import MANAGERS, STAFF
from tests.chaos.workers import Nursery, open_nursery
from tests.servers import PostgresServer, RedisServer, running_postgres, running_redis
from tools.campaigns.platforms.configured import open_platforms
from tools.demo import DEMO, MEMBERS, ensure_organisation, seed_demo
from tools.people.service import PeopleService, bind

_SEEDED = "seeded"


@dataclass(frozen=True, kw_only=True)
class Arena:
    """`folder` keeps data and logs of the workers."""

    postgres: PostgresServer
    redis: RedisServer
    nursery: Nursery
    folder: Path

    async def database(self, *, unique_inbox: bool = True) -> str:
        """The name of a new one with the demo organisation in it."""
        name = f"chaos_{uuid4().hex[:12]}"
        await self._administer(f"CREATE DATABASE {name} TEMPLATE {_SEEDED}")
        # A copied sequence believes that its next 32 values are in the log: a crash would have it
        # give them out again.
        await self._administer("CHECKPOINT")
        if not unique_inbox:
            await _drop_unique_inbox(f"{self.postgres.url}/{name}")
        return name

    async def _administer(self, statement: str) -> None:
        engine = create_async_engine(f"{self.postgres.url}/postgres", isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    async def seed(self) -> None:
        await self._administer(f"CREATE DATABASE {_SEEDED}")
        clock = SystemClock()
        async with Database(f"{self.postgres.url}/{_SEEDED}") as database:
            await migrate(database)
            organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
            platforms = await open_platforms(Settings(), database, organisation_id, clock)
            await seed_demo(database, organisation_id, clock, platforms)
            async with database.unit_of_work() as session:
                people = PeopleService(session, organisation_id)
                for account, name in {**MANAGERS, **STAFF}.items():
                    person = await people.find(name)
                    await bind(
                        session, person, clock, channel="telegram", external_id=str(account)
                    )  # fmt: skip


@asynccontextmanager
async def open_arena(folder: Path | None = None) -> AsyncIterator[Arena]:
    """What is in the folder stays there; without one it is a temporary one. Raises ServerMissing
    when PostgreSQL or Redis is not installed."""
    with (
        running_postgres(durable=True) as postgres,
        running_redis() as redis,
        tempfile.TemporaryDirectory(prefix="huoke-chaos-") as temporary,
    ):
        there = folder or Path(temporary)
        there.mkdir(parents=True, exist_ok=True)
        async with open_nursery(there) as nursery:
            arena = Arena(postgres=postgres, redis=redis, nursery=nursery, folder=there)
            await arena.seed()
            yield arena


async def _drop_unique_inbox(url: str) -> None:
    """The planted bug `no_unique_index`."""
    async with Database(url) as database, database.unit_of_work() as session:
        name = await session.scalar(
            text(
                "SELECT conname FROM pg_constraint"
                " WHERE conrelid = 'inbox'::regclass AND contype = 'u'"
            )
        )
        await session.execute(text(f"ALTER TABLE inbox DROP CONSTRAINT {name}"))
