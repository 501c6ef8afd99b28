"""Work that one process does at a time: a fenced lease by name."""

from datetime import timedelta

from sqlalchemy import or_, select, update

from config.clock import Clock
from storage.database import Session
from storage.tables.organisation import Duty
from storage.upsert import insert_or_ignore


class Duties:
    """`owner` names this process; `duration` is how long a dead one keeps a duty."""

    def __init__(
        self, organisation_id: int, *, owner: str, clock: Clock, duration: timedelta
    ) -> None:
        self._organisation_id = organisation_id
        self._owner = owner
        self._clock = clock
        self.duration = duration

    async def take(self, session: Session, name: str) -> int | None:
        """The fence of a duty that nobody has, None while somebody else has it."""
        await self._known(session, name)
        now = self._clock.now()
        fence: int | None = await session.scalar(
            update(Duty)
            .where(
                Duty.organisation_id == self._organisation_id,
                Duty.name == name,
                or_(Duty.owner.is_(None), Duty.until < now),
            )
            .values(owner=self._owner, until=now + self.duration, fence=Duty.fence + 1)
            .returning(Duty.fence)
        )
        return fence

    async def keep(self, session: Session, name: str, fence: int) -> bool:
        """Extend it; False when somebody else has it now."""
        return await self._change(session, name, fence, until=self._clock.now() + self.duration)

    async def give_back(self, session: Session, name: str, fence: int) -> None:
        await self._change(session, name, fence, owner=None, until=None)

    async def _known(self, session: Session, name: str) -> None:
        here = Duty.organisation_id == self._organisation_id
        if await session.scalar(select(Duty.id).where(here, Duty.name == name)) is None:
            values = {"organisation_id": self._organisation_id, "name": name, "fence": 0}
            await insert_or_ignore(session, Duty, values)

    async def _change(self, session: Session, name: str, fence: int, **values: object) -> bool:
        changed = await session.scalar(
            update(Duty)
            .where(
                Duty.organisation_id == self._organisation_id,
                Duty.name == name,
                Duty.owner == self._owner,
                Duty.fence == fence,
            )
            .values(**values)
            .returning(Duty.id)
        )
        return changed is not None
