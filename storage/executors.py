"""Which processes run jobs: each holds a numbered place under a fenced lease."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select, update

from config.clock import Clock
from config.errors import AppError
from storage.database import Database, Session
from storage.tables.job import JobExecutor
from storage.upsert import insert_or_ignore


class PlaceLost(AppError):
    def __init__(self, slot: int) -> None:
        super().__init__(f"another process has taken place {slot}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Proof that this process holds a place; it guards the effects of its jobs."""

    slot: int
    fence: int
    places: "Places"

    async def check(self) -> None:
        """Extend the lease; raises PlaceLost when another process took the place."""
        async with self.places.database.unit_of_work() as session:
            await self.places.extend(session, self)


class Places:
    """`owner` names this process; `duration` is how long a dead one keeps its place."""

    def __init__(
        self,
        database: Database,
        organisation_id: int,
        *,
        owner: str,
        clock: Clock,
        duration: timedelta,
    ) -> None:
        self.database = database
        self._organisation_id = organisation_id
        self._owner = owner
        self._clock = clock
        self._duration = duration

    async def take(self, session: Session, *, alone: bool = False) -> Place:
        """The first free or abandoned place, or a new one; who knows to be `alone` takes the first
        place without waiting for a dead owner's lease."""
        now = self._clock.now()
        free = or_(JobExecutor.owner.is_(None), JobExecutor.until < now)
        rows = await session.scalars(
            select(JobExecutor)
            .where(
                JobExecutor.organisation_id == self._organisation_id,
                *([] if alone else [free]),
            )
            .order_by(JobExecutor.slot)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = rows.one_or_none() or await self._new(session)
        row.owner, row.until, row.fence = self._owner, now + self._duration, row.fence + 1
        await session.flush()
        return Place(slot=row.slot, fence=row.fence, places=self)

    async def extend(self, session: Session, place: Place) -> None:
        await self._change(session, place, until=self._clock.now() + self._duration)

    async def give_back(self, session: Session, place: Place) -> None:
        await self._change(session, place, owner=None, until=None)

    async def claim_abandoned(self, session: Session) -> list[Place]:
        """The places whose owners died, held by this process until it gives them back: should it die
        too before it has taken over their work, they are abandoned again."""
        now = self._clock.now()
        rows = await session.execute(
            update(JobExecutor)
            .where(
                JobExecutor.organisation_id == self._organisation_id,
                JobExecutor.owner.is_not(None),
                JobExecutor.until < now,
            )
            .values(owner=self._owner, until=now + self._duration, fence=JobExecutor.fence + 1)
            .returning(JobExecutor.slot, JobExecutor.fence)
        )
        return [Place(slot=row.slot, fence=row.fence, places=self) for row in rows]

    async def _new(self, session: Session) -> JobExecutor:
        last = await session.scalar(
            select(func.max(JobExecutor.slot)).where(
                JobExecutor.organisation_id == self._organisation_id
            )
        )
        values = {
            "organisation_id": self._organisation_id, "slot": (last or 0) + 1, "fence": 0,
        }  # fmt: skip
        await insert_or_ignore(session, JobExecutor, values)
        found = await session.scalars(
            select(JobExecutor)
            .where(
                JobExecutor.organisation_id == self._organisation_id,
                JobExecutor.slot == values["slot"],
                JobExecutor.owner.is_(None),
            )
            .with_for_update(skip_locked=True)
        )
        # Somebody else may have made the same number at the same moment.
        return found.one_or_none() or await self._new(session)

    async def _change(self, session: Session, place: Place, **values: object) -> None:
        changed = await session.scalar(
            update(JobExecutor)
            .where(
                JobExecutor.organisation_id == self._organisation_id,
                JobExecutor.slot == place.slot,
                JobExecutor.owner == self._owner,
                JobExecutor.fence == place.fence,
            )
            .values(**values)
            .returning(JobExecutor.id)
        )
        if changed is None:
            raise PlaceLost(place.slot)
