"""Forgetting what a customer said in tickets; that there were tickets, and when, stays."""

from sqlalchemy import select, update

from storage.database import Session
from storage.tables.ticket import Satisfaction, Ticket, TicketEvent, TicketEventKind

_WORDS = (
    TicketEventKind.opened, TicketEventKind.answered, TicketEventKind.said, TicketEventKind.note,
)  # fmt: skip


async def forget_tickets(session: Session, organisation_id: int, person_id: int) -> None:
    """Take the words out of everything that was about this customer."""
    own = (Ticket.organisation_id == organisation_id, Ticket.requester_id == person_id)
    tickets = select(Ticket.id).where(*own)
    await session.execute(
        update(TicketEvent)
        .where(TicketEvent.ticket_id.in_(tickets), TicketEvent.kind.in_(_WORDS))
        .values(text="")
    )
    await session.execute(update(Ticket).where(*own).values(title="", text="", tags=[], skill=""))
    await session.execute(
        update(Satisfaction)
        .where(Satisfaction.organisation_id == organisation_id, Satisfaction.person_id == person_id)
        .values(words="")
    )
