"""Work for later: kept in the database inside the caller's transaction, run by the job runner.

A job is named by its key, so that a repeated order schedules it once. Its kind names the handler.
"""

from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from croniter import croniter
from sqlalchemy import Select, delete, select, update

from config.clock import Clock
from config.errors import InvalidInput
from storage.database import ReadSession, Session
from storage.tables.job import Job
from storage.upsert import insert_or_ignore
from tools.context import ToolContext


def next_run(cron: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `after` that `cron` names on the clocks of `zone`."""
    found: datetime = croniter(cron, after.astimezone(zone)).get_next(datetime)
    return found


class JobService:
    def __init__(
        self, session: ReadSession, organisation_id: int, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._clock = clock
        self._zone = zone

    @classmethod
    def of(cls, session: ReadSession, context: ToolContext) -> Self:
        return cls(session, context.organisation_id, context.clock, context.timezone)

    async def once(
        self,
        session: Session,
        key: str,
        kind: str,
        payload: dict[str, Any],
        *,
        due: datetime | None = None,
        person_id: int | None = None,
    ) -> None:
        """Run `kind` at `due` (default: now); a known key changes nothing."""
        await self._put(session, key, kind, payload, None, due or self._clock.now(), person_id)

    async def repeat(
        self,
        session: Session,
        key: str,
        kind: str,
        payload: dict[str, Any],
        *,
        cron: str,
        person_id: int | None = None,
    ) -> datetime:
        """Run `kind` whenever `cron` says, and return when that is for the first time. A known key
        gets the new schedule and payload. Raises InvalidInput for a cron that is none."""
        if not croniter.is_valid(cron):
            raise InvalidInput("jobs.bad_cron", cron=cron)
        due = next_run(cron, self._clock.now(), self._zone)
        await self._put(session, key, kind, payload, cron, due, person_id)
        await session.execute(
            update(Job).where(*self._named(key)).values(cron=cron, payload=payload, due_at=due)
        )
        return due

    async def at(
        self, session: Session, key: str, kind: str, payload: dict[str, Any], *, due: datetime
    ) -> None:
        """Run `kind` once, at `due`; a known key gets the new time and payload."""
        await self._put(session, key, kind, payload, None, due, None)
        await session.execute(
            update(Job).where(*self._named(key)).values(payload=payload, due_at=due)
        )

    async def skip(self, session: Session, key: str, *, due: datetime | None) -> None:
        """Leave out the run that is due then, if it still is."""
        await session.execute(
            update(Job).where(*self._named(key), Job.due_at == due).values(due_at=None)
        )

    async def stop(self, session: Session, key: str) -> None:
        """Forget the job."""
        await session.execute(delete(Job).where(*self._named(key)))

    async def find(self, key: str) -> Job | None:
        found: Job | None = await self._session.scalar(select(Job).where(*self._named(key)))
        return found

    async def of_kind(self, kind: str) -> list[Job]:
        """Oldest first."""
        return list(await self._session.scalars(self._all().where(Job.kind == kind)))

    async def due(self, limit: int) -> list[Job]:
        """Those whose time has come, the longest waiting first."""
        query = self._all().where(Job.due_at <= self._clock.now()).order_by(None)
        return list(await self._session.scalars(query.order_by(Job.due_at, Job.id).limit(limit)))

    async def _put(
        self,
        session: Session,
        key: str,
        kind: str,
        payload: dict[str, Any],
        cron: str | None,
        due: datetime,
        person_id: int | None,
    ) -> None:
        values = {
            "organisation_id": self._organisation_id, "key": key, "kind": kind,
            "payload": payload, "cron": cron, "due_at": due, "created_by": person_id,
            "created_at": self._clock.now(),
        }  # fmt: skip
        await insert_or_ignore(session, Job, values)

    def _all(self) -> Select[Job]:
        return select(Job).where(Job.organisation_id == self._organisation_id).order_by(Job.id)

    def _named(self, key: str) -> tuple[Any, Any]:
        return Job.organisation_id == self._organisation_id, Job.key == key
