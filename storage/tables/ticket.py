"""What a customer wants to have settled, what was done about it, and how content they are."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class TicketPriority(StrEnum):
    low = "low"
    normal = "normal"
    high = "high"
    urgent = "urgent"


class TicketStatus(StrEnum):
    new = "new"
    open = "open"  # somebody works on it
    pending = "pending"  # the customer is asked something
    resolved = "resolved"
    closed = "closed"


class TicketOrigin(StrEnum):
    """Who thought of it."""

    ai = "ai"
    customer = "customer"
    staff = "staff"


class Ticket(OwnedByOrganisation, Table):
    """K-<number>. `response_due` and `resolution_due` are promised; they stand still from
    `paused_at` on, while the customer is asked. `told` are the deadlines that people were told of:
    "response.warned", "resolution.missed" …"""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_tickets_status", "organisation_id", "status", "id"),
    )

    number: Mapped[int]
    order_key: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    requester_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    conversation_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    assignee_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    priority: Mapped[TicketPriority] = mapped_column(words(TicketPriority))
    status: Mapped[TicketStatus] = mapped_column(words(TicketStatus))
    origin: Mapped[TicketOrigin] = mapped_column(words(TicketOrigin))
    skill: Mapped[str] = mapped_column(String(60), default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    told: Mapped[list[str]] = mapped_column(default=list)
    response_due: Mapped[datetime]
    resolution_due: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    @property
    def ref(self) -> str:
        return f"K-{self.number}"


class TicketEventKind(StrEnum):
    opened = "opened"
    assigned = "assigned"
    answered = "answered"  # what the customer was told
    said = "said"  # what the customer wrote
    note = "note"  # for colleagues only
    status = "status"
    priority = "priority"
    warned = "warned"
    escalated = "escalated"


class TicketEvent(OwnedByOrganisation, Table):
    """One step, by `person_id`, or by the service itself. `text` are the words, else what it
    changed to."""

    __tablename__ = "ticket_events"
    __table_args__ = (
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_ticket_events_ticket", "ticket_id", "id"),
    )

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("tickets.id", ondelete="CASCADE"))
    order_key: Mapped[str] = mapped_column(String(160))
    kind: Mapped[TicketEventKind] = mapped_column(words(TicketEventKind))
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Satisfaction(OwnedByOrganisation, Table):
    """One question how content somebody was with `about` (K-9, or another thing's id), and the
    answer: a mark from 1 to 5, and words."""

    __tablename__ = "satisfaction"
    __table_args__ = (
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_satisfaction_person", "organisation_id", "person_id", "asked_at"),
    )

    order_key: Mapped[str] = mapped_column(String(160))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    about: Mapped[str] = mapped_column(String(40))
    served_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    asked_at: Mapped[datetime]
    mark: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
