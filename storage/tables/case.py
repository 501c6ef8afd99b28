"""Hand-over to our own staff: cases, who serves them, and what happened in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.tables.visit import Mood
from storage.types import BigId


class CaseStatus(StrEnum):
    waiting = "waiting"
    active = "active"
    resolved = "resolved"
    closed = "closed"  # ended, and nobody had served it


class CaseReason(StrEnum):
    asked = "asked"  # by the customer
    unsure = "unsure"  # the agent, more than once
    anger = "anger"
    failure = "failure"
    rule = "rule"
    staff = "staff"  # somebody took the chat over unasked
    platform = "platform"  # people took it over on the platform itself


class CasePriority(StrEnum):
    low = "low"
    normal = "normal"
    high = "high"
    urgent = "urgent"


class Case(OwnedByOrganisation, Table):
    """H-<number>: one stretch in which people are wanted in, or serve, a conversation. `open_in` is
    that conversation until the case ends, so that it has one at a time. `by_platform`: people of the
    platform serve it there. `aside` is what the staff wants the agent to know afterwards, which
    belongs behind message `last_inbox_id`."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "order_key"),
        UniqueConstraint("organisation_id", "open_in"),
        Index("ix_cases_status", "organisation_id", "status"),
    )

    number: Mapped[int]
    order_key: Mapped[str] = mapped_column(String(160))
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    open_in: Mapped[int | None] = mapped_column(BigId)
    customer_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    status: Mapped[CaseStatus] = mapped_column(words(CaseStatus))
    reason: Mapped[CaseReason] = mapped_column(words(CaseReason))
    priority: Mapped[CasePriority] = mapped_column(words(CasePriority))
    by_platform: Mapped[bool] = mapped_column(default=False)
    # Of the customer when it was opened, where that was sure.
    mood: Mapped[Mood | None] = mapped_column(words(Mood))
    question: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    summary: Mapped[str] = mapped_column(Text, default="")
    aside: Mapped[str] = mapped_column(Text, default="")
    last_inbox_id: Mapped[int | None] = mapped_column(BigId)
    # The ticket that it became when nobody was there.
    ticket: Mapped[str | None] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    # When staff was asked last, and whether everybody was.
    offered_at: Mapped[datetime | None]
    asked_all: Mapped[bool] = mapped_column(default=False)
    taken_at: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def ref(self) -> str:
        return f"H-{self.number}"


class CaseMember(OwnedByOrganisation, Table):
    """Somebody who serves a case, from the chat `desk_id` of their own. Of several cases at one desk
    plain words go to the one with the newest `focus`: the inbox id of what chose it. `greeted`: was
    shown once how this works."""

    __tablename__ = "case_members"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id"),
        Index("ix_case_members_desk", "desk_id", "left_at"),
    )

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    desk_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id", ondelete="CASCADE"))
    focus: Mapped[int] = mapped_column(BigId)
    greeted: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class CaseOffer(OwnedByOrganisation, Table):
    """Somebody was asked to take a case; by a colleague, who leaves when they do."""

    __tablename__ = "case_offers"
    __table_args__ = (UniqueConstraint("case_id", "person_id"),)

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    from_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]


class CaseEventKind(StrEnum):
    opened = "opened"
    taken = "taken"
    joined = "joined"
    left = "left"
    transferred = "transferred"
    note = "note"
    changed = "changed"
    ticket = "ticket"
    ended = "ended"


class CaseEvent(OwnedByOrganisation, Table):
    """What happened in a case, and what the staff noted; the customer sees none of it."""

    __tablename__ = "case_events"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    key: Mapped[str] = mapped_column(String(160))
    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[CaseEventKind] = mapped_column(words(CaseEventKind))
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class SignalKind(StrEnum):
    unsure = "unsure"
    failure = "failure"


class CaseSignal(OwnedByOrganisation, Table):
    """The agent could not help with a message."""

    __tablename__ = "case_signals"
    __table_args__ = (UniqueConstraint("inbox_id", "kind"),)

    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    inbox_id: Mapped[int] = mapped_column(BigId, ForeignKey("inbox.id", ondelete="CASCADE"))
    kind: Mapped[SignalKind] = mapped_column(words(SignalKind))


class QuickReply(OwnedByOrganisation, Table):
    """Words that the staff sends often, by a name."""

    __tablename__ = "quick_replies"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)


class Presence(OwnedByOrganisation, Table):
    """What somebody said of being there; without it their hours tell."""

    __tablename__ = "presences"
    __table_args__ = (UniqueConstraint("person_id"),)

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    on_duty: Mapped[bool]
    since: Mapped[datetime]
