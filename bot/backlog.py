"""Reads from the database what waits there, for the metrics."""

import asyncio
import time

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import Metrics
from config.clock import Clock
from storage.database import Database, ReadSession
from storage.outbox import Outbox
from storage.tables.trust import Approval, ApprovalStatus
from storage.tables.work import InboxMessage, InboxStatus, OutboxMessage, OutboxStatus
from tools.automation.service import active_rules

log = structlog.get_logger()

_FRESH_SECONDS = 5.0
_ANSWER_SECONDS = 5.0
# What is sent for sure is history: counting it would read the whole table.
_COUNTED = tuple(status for status in OutboxStatus if status is not OutboxStatus.sent)


class Backlog:
    """`measure` asks the database at most every five seconds, however often it is called."""

    def __init__(
        self,
        database: Database,
        organisation_id: int,
        outbox: Outbox,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._outbox = outbox
        self._metrics = metrics
        self._clock = clock
        self._measured: float | None = None
        self._measuring = asyncio.Lock()

    async def measure(self) -> None:
        """Never raises for a database that cannot be reached: the metrics say so themselves."""
        async with self._measuring:
            if self._measured and time.monotonic() - self._measured < _FRESH_SECONDS:
                return
            try:
                async with asyncio.timeout(_ANSWER_SECONDS), self._database.reading() as session:
                    await self._inbox_and_approvals(session)
                    await self._outgoing(session)
                    self._metrics.rules(await active_rules(session, self._organisation_id))
            except (SQLAlchemyError, OSError) as error:
                log.warning("metrics.database", error=type(error).__name__)
                self._metrics.reachable(False)
                return
            self._metrics.reachable(True)
            self._measured = time.monotonic()

    async def _inbox_and_approvals(self, session: ReadSession) -> None:
        messages, oldest = (
            await session.execute(
                select(func.count(InboxMessage.id), func.min(InboxMessage.received_at)).where(
                    InboxMessage.organisation_id == self._organisation_id,
                    InboxMessage.status == InboxStatus.received,
                )
            )
        ).one()
        approvals = await session.scalar(
            select(func.count(Approval.id)).where(
                Approval.organisation_id == self._organisation_id,
                Approval.status == ApprovalStatus.pending,
            )
        )
        age = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
        self._metrics.waiting(
            messages=messages, oldest_seconds=max(0.0, age), approvals=approvals or 0
        )

    async def _outgoing(self, session: ReadSession) -> None:
        rows = await session.execute(
            select(OutboxMessage.status, func.count(OutboxMessage.id).label("n"))
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status.in_(_COUNTED),
            )
            .group_by(OutboxMessage.status)
        )
        found = {row.status: row.n for row in rows}
        counts = {status.value: found.get(status, 0) for status in _COUNTED}
        self._metrics.outgoing(counts, doubts=await self._outbox.doubts(session))
