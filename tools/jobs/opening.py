"""Opens the job runner of this process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from config.clock import Clock
from storage.database import Database
from storage.executors import Places
from tools.jobs.durable import Durable
from tools.jobs.runner import Handler, JobRunner, OpenContext, executor_name
from tools.ports import Notifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    runner: JobRunner
    durable: Durable

    async def run(self) -> None:
        """Until cancelled."""
        await self.runner.run(self.durable)

    async def poll(self) -> int:
        """Begin what is due now; returns how much that was."""
        return await self.runner.poll(self.durable)


@asynccontextmanager
async def open_jobs(
    database: Database,
    organisation_id: int,
    *,
    folder: Path,
    zone: ZoneInfo,
    places: Places,
    clock: Clock,
    handlers: Mapping[str, Handler],
    open_context: OpenContext,
    notifier: Notifier,
    alone: bool,
) -> AsyncIterator[Jobs]:
    """On SQLite the workflows have a file of their own in `folder`, on PostgreSQL the schema `dbos`
    of our database."""
    async with database.unit_of_work() as session:
        place = await places.take(session, alone=alone)
    runner = JobRunner(
        database, organisation_id, clock=clock, zone=zone, handlers=handlers,
        open_context=open_context, notifier=notifier, places=places, place=place,
    )  # fmt: skip
    embedded = database.url.get_backend_name() == "sqlite"
    url = (
        f"sqlite:///{folder / 'jobs.sqlite'}"
        if embedded
        else database.url.render_as_string(hide_password=False)
    )
    durable = Durable(
        url, application=f"huoke-{organisation_id}",
        executor=executor_name(organisation_id, place.slot),
        perform=runner.perform, failed=runner.failed,
    )  # fmt: skip
    try:
        async with durable:
            yield Jobs(runner=runner, durable=durable)
    finally:
        await runner.give_back()
