"""What has to be done now and then: approvals that nobody answered are closed, and whoever asked
is told; notices that waited are sent; cases are looked after; old files are forgotten."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.notices import OutboxNotifier
from config.clock import Clock
from config.media import MediaSettings
from config.notices import NoticeKind
from config.settings import ApprovalSettings
from storage.database import Database
from storage.media import drop_old
from tools.approvals.service import ApprovalService
from tools.notices.held import people_to_tell, tidy
from tools.support.staff import CaseKeeper, Desk

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
        media: MediaSettings | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._notifier = notifier
        self._clock = clock
        self._settings = settings
        self._media = media or MediaSettings()
        self._desk = desk

    async def run(self) -> None:
        while True:
            try:
                await self.expire_approvals()
                await self.send_held_notices()
                await self.look_after_cases()
                await self.forget_old_files()
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
                    session, NoticeKind.outcome, f"approval:{approval.id}:end",
                    [approval.requested_by], "approvals.was_expired", ref=f"P-{approval.number}", summary=approval.summary,
                )  # fmt: skip

    async def look_after_cases(self) -> None:
        """Customers who wait for a person, and cases in which nobody writes any more."""
        if self._desk is not None:
            await CaseKeeper(self._database, self._desk).look_after_all()

    async def forget_old_files(self) -> None:
        """Contents that came last longer ago than they are kept."""
        before = self._clock.now() - self._media.keep_for
        async with self._database.unit_of_work() as session:
            gone = await drop_old(session, self._organisation_id, before)
        if gone:
            log.info("housekeeping.files", forgotten=gone)

    async def send_held_notices(self) -> None:
        """One transaction a person: what one of them waits for holds up nobody else."""
        async with self._database.reading() as session:
            people = await people_to_tell(session, self._organisation_id, self._clock)
        for person_id in people:
            async with self._database.unit_of_work() as session:
                await self._notifier.send_held(session, person_id)
        async with self._database.unit_of_work() as session:
            await tidy(session, self._organisation_id, self._clock)
