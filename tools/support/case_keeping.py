"""What time does to cases: the next of the staff is asked, customers are told, silence ends them."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select

from storage.database import Database, Session
from storage.tables.case import Case, CaseStatus
from storage.tables.organisation import Organisation
from storage.tables.work import OutboxMessage, OutboxStatus
from tools.support.case_parts import Desk
from tools.support.case_rows import OPEN, CaseRows, locked
from tools.support.case_words import moment
from tools.support.cases import CaseService

_LETTERS = 60


class CaseKeeper:
    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk

    async def look_after_all(self) -> None:
        """One transaction a case: what one waits for holds up no other."""
        async with self._database.reading() as session:
            cases = await CaseRows(session, self._desk.organisation_id).open_cases()
        for case in cases:
            async with self._database.unit_of_work() as session:
                await self._look_after(session, case.id)

    async def _look_after(self, session: Session, case_id: int) -> None:
        service = CaseService(session, self._desk)
        case = await locked(session, await session.get_one(Case, case_id))
        if case.status is CaseStatus.waiting:
            await self._waiting(service, case)
        elif case.status in OPEN and not case.by_platform:
            await self._tell_of_failures(service, case)
            if case.last_at + self._desk.settings.silent_for <= self._desk.clock.now():
                await service.resolve(case, None, f"{case.order_key}:silent")

    async def _waiting(self, service: CaseService, case: Case) -> None:
        now, settings = self._desk.clock.now(), self._desk.settings
        asked_at = case.offered_at or case.opened_at
        if case.opened_at + settings.give_up_after <= now:
            await self._give_up(service, case)
        elif case.offered_at is None or asked_at + settings.offer_after <= now:
            if case.by_platform and asked_at + settings.offer_after > now:
                return
            # People of the platform did not come: it is ours.
            case.by_platform = False
            await self._ask(service, case)

    async def _ask(self, service: CaseService, case: Case) -> None:
        here = await service.offering.candidates(case)
        if not here:
            await self._give_up(service, case)
            return
        everybody_before = case.asked_all
        await service.offering.ask_next(case, here)
        if case.asked_all and not everybody_before:
            await service.tell_customer(case, f"{case.order_key}:all", "cases.asked_all")

    async def _give_up(self, service: CaseService, case: Case) -> None:
        back_at = await service.to_ticket(case)
        organisation = await service.session.get_one(Organisation, case.organisation_id)
        await service.tell_customer(
            case, f"{case.order_key}:gave_up", "cases.gave_up", ticket=case.ticket,
            at=moment(back_at, ZoneInfo(organisation.timezone)),
        )  # fmt: skip

    async def _tell_of_failures(self, service: CaseService, case: Case) -> None:
        """What the staff wrote did not reach the customer: who serves is told, once."""
        for row in await self._failed(service.session, case):
            for seat in await service.rows.seats(case.id):
                await service.tell_seat(
                    seat.member.desk_id, seat.person, f"{row.key}:lost:{seat.person.id}",
                    "cases.not_delivered", ref=case.ref, text=row.text[:_LETTERS],
                )  # fmt: skip

    async def _failed(self, session: Session, case: Case) -> Sequence[OutboxMessage]:
        rows = await session.scalars(
            select(OutboxMessage).where(
                OutboxMessage.conversation_id == case.conversation_id,
                OutboxMessage.said_by.is_not(None),
                OutboxMessage.status.in_((OutboxStatus.failed, OutboxStatus.unknown)),
                OutboxMessage.key.endswith(f":case:{case.id}:out"),
            )
        )
        return rows.all()
