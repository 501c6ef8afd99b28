"""The action ledger: an outside effect happens once per key, or somebody is told that we do not
know whether it did."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from sqlalchemy import Select, select, update

from config.clock import Clock
from config.errors import AppError, PermanentError, TransientError, UserFacingError
from config.failpoints import failpoint
from storage.database import Database, Session
from storage.tables.work import Action, ActionStatus
from storage.upsert import insert_or_ignore

Effect = Callable[[], Awaitable[dict[str, Any]]]
LookUp = Callable[[], Awaitable[dict[str, Any] | None]]


class Fence(Protocol):
    """Proof that this worker still owns the work it is doing."""

    async def check(self) -> None:
        """Raise LeaseLost when another worker took over."""


class KeyReused(PermanentError):
    """The key is known with another request: a bug in how keys are made."""


class OutcomeUnknown(UserFacingError):
    """The effect may or may not have happened; a human has to look."""

    def __init__(self, kind: str) -> None:
        super().__init__("tools.outcome_unknown", kind=kind)


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class ActionLedger:
    def __init__(
        self, database: Database, *, organisation_id: int, clock: Clock, fence: Fence
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._fence = fence

    async def once(
        self, key: str, kind: str, request: dict[str, Any], *, act: Effect, find: LookUp
    ) -> dict[str, Any]:
        """Run `act` at most once for `key` and return its JSON result, now or from before.

        When an earlier attempt died, or this one does not learn how `act` ended (TransientError),
        `find` asks the receiver: it returns the result when the effect is there, None when it is
        surely not. A repeated key with another `request` raises KeyReused.

        Raises OutcomeUnknown when neither side can tell; the row stays `unknown`.
        """
        earlier = await self._claim(key, kind, request)
        if earlier.status is ActionStatus.completed and earlier.result is not None:
            return earlier.result
        if earlier.attempts > 1:
            found = await self._look(key, kind, find)
            if found is not None:
                return await self._finish(key, found)
        await self._fence.check()
        failpoint("effect_claimed")
        try:
            result = await act()
        except TransientError:
            found = await self._look(key, kind, find)
            if found is None:
                await self._mark(key, ActionStatus.failed, error="transient")
                raise
            result = found
        except AppError as error:
            await self._mark(key, ActionStatus.failed, error=str(error))
            raise
        failpoint("effect_done")
        return await self._finish(key, result)

    async def give_up(self, session: Session, order: str) -> list[str]:
        """`order`, whose keys are "<order>:<position>", has ended. What an attempt of it that died
        has left open, and no later one came back to, nobody knows the end of: returns the kinds of
        these effects, for somebody to be told."""
        kinds = await session.scalars(
            update(Action)
            .where(
                Action.organisation_id == self._organisation_id,
                Action.key.startswith(f"{order}:", autoescape=True),
                Action.status.in_((ActionStatus.pending, ActionStatus.executing)),
            )
            .values(status=ActionStatus.unknown, updated_at=self._clock.now(), error="left open")
            .returning(Action.kind)
        )
        return [*kinds]

    async def _look(self, key: str, kind: str, find: LookUp) -> dict[str, Any] | None:
        try:
            return await find()
        except TransientError as error:
            await self._mark(key, ActionStatus.unknown, error=str(error))
            raise OutcomeUnknown(kind) from error

    async def _claim(self, key: str, kind: str, request: dict[str, Any]) -> Action:
        now = self._clock.now()
        fresh = {
            "organisation_id": self._organisation_id, "key": key, "kind": kind,
            "request": request, "request_hash": digest(request), "status": ActionStatus.pending,
            "attempts": 0, "created_at": now, "updated_at": now,
        }  # fmt: skip
        async with self._database.unit_of_work() as session:
            await insert_or_ignore(session, Action, fresh)
            row = (await session.scalars(self._of(key).with_for_update())).one()
            if row.request_hash != digest(request):
                raise KeyReused(f"{key!r} was used for another {row.kind} request")
            if row.status is not ActionStatus.completed:
                row.status = ActionStatus.executing
                row.attempts += 1
                row.updated_at = now
            return row

    async def _finish(self, key: str, result: dict[str, Any]) -> dict[str, Any]:
        await self._mark(key, ActionStatus.completed, result=result)
        return result

    async def _mark(self, key: str, status: ActionStatus, **values: Any) -> None:
        async with self._database.unit_of_work() as session:
            await session.execute(
                update(Action)
                .where(Action.organisation_id == self._organisation_id, Action.key == key)
                .values(status=status, updated_at=self._clock.now(), **values)
            )

    def _of(self, key: str) -> Select[Action]:
        return select(Action).where(
            Action.organisation_id == self._organisation_id, Action.key == key
        )
