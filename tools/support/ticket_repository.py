"""Every query on tickets."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, case, select

from storage.database import Session
from storage.repository import Repository
from storage.tables.ticket import (
    Ticket,
    TicketEvent,
    TicketEventKind,
    TicketPriority,
    TicketStatus,
)
from storage.upsert import insert_or_ignore

RUNNING = (TicketStatus.new, TicketStatus.open)
UNSETTLED = (*RUNNING, TicketStatus.pending)
_RANKS = case(
    {priority: rank for rank, priority in enumerate(TicketPriority)}, value=Ticket.priority
)


class TicketRepository(Repository[Ticket]):
    async def by_number(self, number: int) -> Ticket | None:
        return await self.one_or_none(self._own().where(Ticket.number == number))

    async def by_order(self, order_key: str) -> Ticket | None:
        return await self.one_or_none(self._own().where(Ticket.order_key == order_key))

    async def latest(self) -> Ticket | None:
        return await self.one_or_none(self._own().order_by(Ticket.number.desc()).limit(1))

    async def unsettled(self, assignee_id: int | None = None) -> Sequence[Ticket]:
        """Those of everybody, or of one person; what is due first comes first."""
        query = self._own().where(Ticket.status.in_(UNSETTLED))
        if assignee_id is not None:
            query = query.where(Ticket.assignee_id == assignee_id)
        return await self.all(query.order_by(Ticket.resolution_due, _RANKS.desc(), Ticket.number))

    async def running(self) -> Sequence[Ticket]:
        """Those whose deadlines come nearer, oldest first."""
        return await self.all(self._own().where(Ticket.status.in_(RUNNING)).order_by(Ticket.number))

    async def resolved_before(self, moment: datetime) -> Sequence[Ticket]:
        return await self.all(
            self._own()
            .where(Ticket.status == TicketStatus.resolved, Ticket.resolved_at < moment)
            .order_by(Ticket.number)
        )

    async def of_person(self, person_id: int, limit: int) -> Sequence[Ticket]:
        """Newest first."""
        query = self._own().where(Ticket.requester_id == person_id)
        return await self.all(query.order_by(Ticket.number.desc()).limit(limit))

    async def events(self, ticket: Ticket) -> Sequence[TicketEvent]:
        """Oldest first."""
        found = await self.session.scalars(
            select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
        )
        return found.all()

    async def last_answer(self, ticket: Ticket) -> TicketEvent | None:
        """What the customer was told last."""
        found: TicketEvent | None = await self.session.scalar(
            select(TicketEvent)
            .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == TicketEventKind.answered)
            .order_by(TicketEvent.id.desc())
            .limit(1)
        )
        return found

    async def note_event(
        self, session: Session, ticket: Ticket, kind: TicketEventKind, text: str, *,
        person_id: int | None, order_key: str, at: datetime,
    ) -> bool:  # fmt: skip
        """False when this order is known already."""
        row = {
            "organisation_id": self.organisation_id, "ticket_id": ticket.id, "kind": kind,
            "person_id": person_id, "text": text, "at": at,
            "order_key": f"{order_key}:{ticket.id}:{kind}",
        }  # fmt: skip
        return await insert_or_ignore(session, TicketEvent, row) is not None

    def _own(self) -> Select[Ticket]:
        return select(Ticket).where(Ticket.organisation_id == self.organisation_id)
