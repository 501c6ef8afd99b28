"""One turn at a time per conversation, across processes: a lease in the conversation's row.

Every new owner raises the fence. A worker that stalled, lost the lease and woke again finds a
higher fence (or another owner) at its next check and stops with LeaseLost; the transaction that
ends a turn checks in the same statement that gives the lease back, so that it cannot commit.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, update

from config.clock import Clock
from config.errors import AppError
from storage.database import Database, Session
from storage.tables.work import Conversation
from storage.upsert import table_of

_ROWS = table_of(Conversation)
_TAKE = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("conversation"),
        or_(_ROWS.c.lease_owner.is_(None), _ROWS.c.lease_until < bindparam("now")),
    )
    .values(
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        lease_fence=_ROWS.c.lease_fence + 1,
    )
    .returning(_ROWS.c.lease_fence)
)
_CHANGE = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("conversation"),
        _ROWS.c.lease_owner == bindparam("mine"),
        _ROWS.c.lease_fence == bindparam("fence"),
    )
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    .returning(_ROWS.c.id)
)


class LeaseLost(AppError):
    def __init__(self, conversation_id: int) -> None:
        super().__init__(f"conversation {conversation_id} is worked on by somebody else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Proof of ownership, valid until `check` says otherwise."""

    conversation_id: int
    fence: int
    leases: "Leases"

    async def check(self) -> None:
        """Extend the lease; raises LeaseLost when another worker owns the conversation."""
        async with self.leases.database.unit_of_work() as session:
            await self.leases.extend(session, self)

    async def give_back(self, session: Session) -> None:
        """End the ownership inside the transaction that ends the turn; raises LeaseLost."""
        await self.leases.release(session, self)


class Leases:
    """`owner` names this process; `duration` is how long a dead owner blocks a conversation."""

    def __init__(
        self, database: Database, *, owner: str, clock: Clock, duration: timedelta
    ) -> None:
        self.database = database
        self._owner = owner
        self._clock = clock
        self._duration = duration

    async def take(self, session: Session, conversation_id: int) -> Lease | None:
        """The lease of a free (or abandoned) conversation, None while somebody else holds it."""
        now = self._clock.now()
        fence = await session.scalar(
            _TAKE,
            {
                "conversation": conversation_id, "now": now, "owner": self._owner,
                "until": now + self._duration,
            },
        )  # fmt: skip
        if fence is None:
            return None
        return Lease(conversation_id=conversation_id, fence=fence, leases=self)

    async def extend(self, session: Session, lease: Lease) -> None:
        await self._change(session, lease, self._owner, self._clock.now() + self._duration)

    async def release(self, session: Session, lease: Lease) -> None:
        await self._change(session, lease, None, None)

    async def free_all(self, session: Session) -> None:
        """Free what dead owners held. Only for a process that knows that it is the only one."""
        await session.execute(update(_ROWS).values(lease_owner=None, lease_until=None))

    @asynccontextmanager
    async def kept_alive(self, lease: Lease) -> AsyncIterator[None]:
        """Extend the lease in the background while the block runs."""
        keeper = asyncio.create_task(self._keep(lease))
        try:
            yield
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError, LeaseLost):
                await keeper

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self._duration.total_seconds() / 3)
            await lease.check()

    async def _change(
        self, session: Session, lease: Lease, owner: str | None, until: datetime | None
    ) -> None:
        changed = await session.scalar(
            _CHANGE,
            {
                "conversation": lease.conversation_id, "mine": self._owner, "fence": lease.fence,
                "owner": owner, "until": until,
            },
        )  # fmt: skip
        if changed is None:
            raise LeaseLost(lease.conversation_id)
