"""Broadcasts, their tasks and their people."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from storage.database import ReadSession, Session
from storage.repository import Repository
from storage.tables.broadcast import (
    Broadcast,
    BroadcastRecipient,
    BroadcastTask,
    RecipientStatus,
)
from storage.upsert import insert_or_ignore
from tools.outreach.errors import BroadcastNotFound
from tools.outreach.group_sends import MadeTask, Outcome

_COUNTED = (RecipientStatus.sent, RecipientStatus.unsent)


class BroadcastRepository(Repository[Broadcast]):
    async def get(self, ref: str) -> Broadcast:
        """By "B-6" or "6". Raises BroadcastNotFound."""
        digits = ref.strip().upper().removeprefix("B-").removeprefix("B")
        if not digits.isdecimal() or len(digits) > 9:
            raise BroadcastNotFound(ref)
        found = await self.one_or_none(
            select(Broadcast).where(
                Broadcast.organisation_id == self.organisation_id, Broadcast.number == int(digits)
            )
        )
        if found is None:
            raise BroadcastNotFound(ref)
        return found

    async def by_id(self, broadcast_id: int) -> Broadcast | None:
        return await self.one_or_none(
            select(Broadcast).where(
                Broadcast.organisation_id == self.organisation_id, Broadcast.id == broadcast_id
            )
        )

    async def by_order(self, order_key: str) -> Broadcast | None:
        return await self.one_or_none(
            select(Broadcast).where(
                Broadcast.organisation_id == self.organisation_id,
                Broadcast.order_key == order_key,
            )
        )

    async def newest(self, limit: int) -> Sequence[Broadcast]:
        return await self.all(
            select(Broadcast)
            .where(Broadcast.organisation_id == self.organisation_id)
            .order_by(Broadcast.id.desc())
            .limit(limit)
        )

    async def tasks(self, broadcast_id: int) -> list[BroadcastTask]:
        found = await self.session.scalars(
            select(BroadcastTask)
            .where(BroadcastTask.broadcast_id == broadcast_id)
            .order_by(BroadcastTask.id)
        )
        return list(found)

    async def counts(self, broadcast_id: int) -> dict[RecipientStatus, int]:
        rows = await self.session.execute(
            select(BroadcastRecipient.status, func.count().label("n"))
            .where(BroadcastRecipient.broadcast_id == broadcast_id)
            .group_by(BroadcastRecipient.status)
        )
        return {row.status: row.n for row in rows}

    async def got_since(self, since: datetime) -> dict[str, int]:
        """How many broadcasts each customer got, or is to get, since then."""
        rows = await self.session.execute(
            select(BroadcastRecipient.external_id, func.count().label("n"))
            .where(
                BroadcastRecipient.organisation_id == self.organisation_id,
                BroadcastRecipient.created_at >= since,
                BroadcastRecipient.status.in_(_COUNTED),
            )
            .group_by(BroadcastRecipient.external_id)
        )
        return {row.external_id: row.n for row in rows}

    async def keep_task(
        self,
        session: Session,
        broadcast_id: int,
        sender: str,
        made: MadeTask,
        people: Iterable[str],
        *,
        now: datetime,
    ) -> None:
        """A task that was made, with its people; kept once."""
        owned = {"organisation_id": self.organisation_id, "broadcast_id": broadcast_id}
        await insert_or_ignore(
            session, BroadcastTask,
            owned | {"sender": sender, "external_id": made.id, "confirmed": False, "reminders": 0},
        )  # fmt: skip
        refused = set(made.refused)
        for person in people:
            status = RecipientStatus.refused if person in refused else RecipientStatus.unsent
            await insert_or_ignore(
                session, BroadcastRecipient,
                owned | {
                    "sender": sender, "external_id": person, "status": status, "created_at": now,
                },
            )  # fmt: skip

    async def keep_outcomes(
        self, session: Session, broadcast_id: int, outcomes: Sequence[Outcome]
    ) -> None:
        for status in RecipientStatus:
            people = [each.external_id for each in outcomes if each.status is status]
            if people:
                await session.execute(
                    update(BroadcastRecipient)
                    .where(
                        BroadcastRecipient.broadcast_id == broadcast_id,
                        BroadcastRecipient.external_id.in_(people),
                    )
                    .values(status=status)
                )


async def task_ids(session: ReadSession, organisation_id: int) -> frozenset[str]:
    """The platform's ids of all tasks that are kept as ours."""
    found = await session.scalars(
        select(BroadcastTask.external_id).where(BroadcastTask.organisation_id == organisation_id)
    )
    return frozenset(found)
