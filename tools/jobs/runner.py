"""Starts what is due, as durable workflows, and does their work.

The rows of `jobs` are the truth of what is wanted; DBOS is the truth of what was begun. A due job is
begun first, under an id made of the job and its due time, and moved on afterwards: a crash between
the two begins nothing twice. The next time of a schedule is counted from now, so that runs that
were missed are caught up once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from config.clock import Clock
from config.errors import TransientError
from config.failpoints import failpoint
from config.notices import NoticeKind
from config.roles import Role
from storage.database import Database, out_of_reach
from storage.executors import Place, PlaceLost, Places
from storage.tables.job import Job
from tools.context import ToolContext
from tools.jobs.durable import Durable
from tools.jobs.service import JobService, next_run
from tools.people.service import PeopleService
from tools.ports import Notifier

log = structlog.get_logger()

Handler = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]
# Person (or the service itself), order key and fence to what a handler may use.
OpenContext = Callable[[int | None, str, Place], Awaitable[ToolContext]]

_POLL_SECONDS = 2.0
_AT_ONCE = 20


class JobRunner:
    def __init__(
        self,
        database: Database,
        organisation_id: int,
        *,
        clock: Clock,
        zone: ZoneInfo,
        handlers: Mapping[str, Handler],
        open_context: OpenContext,
        notifier: Notifier,
        places: Places,
        place: Place,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._zone = zone
        self._handlers = handlers
        self._open_context = open_context
        self._notifier = notifier
        self._places = places
        self._place = place
        self._unknown: set[str] = set()

    async def run(self, durable: Durable) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._place.check()
                await self.take_over_the_dead(durable)
                await self.poll(durable)
            except PlaceLost:
                log.error("jobs.place_lost", slot=self._place.slot)
                return
            except (SQLAlchemyError, OSError) as error:
                log.error("jobs.database", error=type(error).__name__)
            await asyncio.sleep(_POLL_SECONDS)

    async def poll(self, durable: Durable) -> int:
        """Begin everything that is due; returns how much that was."""
        async with self._database.reading() as session:
            due = await self._service(session).due(_AT_ONCE)
        known = [job for job in due if self._is_known(job)]
        for job in known:
            assert job.due_at is not None
            await durable.start(job.key, order_of(job, job.due_at))
            failpoint("job_begun")
            await self._move_on(job, job.due_at)
        return len(known)

    async def take_over_the_dead(self, durable: Durable) -> None:
        async with self._database.unit_of_work() as session:
            abandoned = await self._places.claim_abandoned(session)
        for place in abandoned:
            await durable.take_over(executor_name(self._organisation_id, place.slot))
            async with self._database.unit_of_work() as session:
                await self._places.give_back(session, place)

    async def perform(self, key: str, order: str) -> None:
        """The work of one order; may be repeated. Ends as if this process had died when it holds
        its place no longer: an error would be kept as the outcome of another's work. Raises
        TransientError when the database went away."""
        try:
            await self._perform(key, order)
        except PlaceLost as error:
            raise asyncio.CancelledError from error
        except (SQLAlchemyError, OSError) as error:
            if not out_of_reach(error):
                raise
            raise TransientError(f"the database: {type(error).__name__}") from error

    async def _perform(self, key: str, order: str) -> None:
        async with self._database.reading() as session:
            job = await self._service(session).find(key)
        if job is None:
            # Taken back since.
            return
        context = await self._open_context(job.created_by, order, self._place)
        await self._handlers[job.kind](context, job.payload)
        failpoint("job_done")
        await self._note(key, None)

    async def failed(self, key: str, order: str) -> None:
        """An order that will not be tried again: the admins are told once."""
        log.error("job.failed", job=key, order=order)
        await self._note(key, order)
        async with self._database.unit_of_work() as session:
            admins = await PeopleService(session, self._organisation_id).staff(Role.admin)
            await self._notifier.to_people(
                session, NoticeKind.job, f"{order}:failed", [person.id for person in admins],
                "jobs.failed", topic=f"failed:{key}"[:160], job=key,
            )  # fmt: skip

    async def give_back(self) -> None:
        # Without a database the place becomes free by itself, a little later.
        with suppress(PlaceLost, SQLAlchemyError, OSError):
            async with self._database.unit_of_work() as session:
                await self._places.give_back(session, self._place)

    def _is_known(self, job: Job) -> bool:
        """A job of a release that is not running here stays due."""
        if job.kind not in self._handlers and job.kind not in self._unknown:
            self._unknown.add(job.kind)
            log.error("job.unknown_kind", kind=job.kind)
        return job.kind in self._handlers

    async def _move_on(self, job: Job, begun: datetime) -> None:
        now = self._clock.now()
        due = next_run(job.cron, now, self._zone) if job.cron else None
        async with self._database.unit_of_work() as session:
            await session.execute(
                update(Job)
                .where(Job.id == job.id, Job.due_at == begun)
                .values(due_at=due, last_run_at=now)
            )

    async def _note(self, key: str, error: str | None) -> None:
        async with self._database.unit_of_work() as session:
            await session.execute(
                update(Job)
                .where(Job.organisation_id == self._organisation_id, Job.key == key)
                .values(last_error=error)
            )

    def _service(self, session: Any) -> JobService:
        return JobService(session, self._organisation_id, self._clock, self._zone)


def order_of(job: Job, due: datetime) -> str:
    """The key of everything that this run of the job does."""
    return f"job:{job.id}:{due:%Y%m%dT%H%M%S}"


def executor_name(organisation_id: int, slot: int) -> str:
    return f"{organisation_id}-{slot}"
