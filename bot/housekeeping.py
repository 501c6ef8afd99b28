"""What has to be done now and then: approvals that nobody answered are closed, and whoever asked
is told."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.notices import OutboxNotifier
from config.clock import Clock
from config.settings import ApprovalSettings
from storage.database import Database
from tools.approvals.service import ApprovalService

log = structlog.get_logger()

_EVERY_SECONDS = 60.0


class Housekeeper:
    def __init__(
        self,
        database: Database,
        organisation_id: int,
        notifier: OutboxNotifier,
        *,
        clock: Clock,
        settings: ApprovalSettings,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._notifier = notifier
        self._clock = clock
        self._settings = settings

    async def run(self) -> None:
        while True:
            try:
                await self.expire_approvals()
            except (SQLAlchemyError, OSError) as error:
                log.error("housekeeping.database", error=type(error).__name__)
            await asyncio.sleep(_EVERY_SECONDS)

    async def expire_approvals(self) -> None:
        async with self._database.unit_of_work() as session:
            service = ApprovalService(
                session, self._organisation_id, clock=self._clock, settings=self._settings
            )
            for approval in await service.expire_due():
                await self._notifier.to_people(
                    session, f"approval:{approval.id}:end", [approval.requested_by],
                    "approvals.was_expired", ref=f"P-{approval.number}", summary=approval.summary,
                )  # fmt: skip
