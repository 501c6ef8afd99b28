"""What a customer came for: visits, the playbooks that led them, and what is to follow."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class Mood(StrEnum):
    """From the worst to the best."""

    angry = "angry"
    unhappy = "unhappy"
    calm = "calm"
    pleased = "pleased"


class Visit(OwnedByOrganisation, Table):
    """One stretch of a conversation with a customer, until they leave. `open_in` is that conversation
    until then, so that it has one at a time. `intent` is what they came for (a tool, or a kind of
    talk); `stage` belongs to version `playbook_version` of `playbook`, and `variables` are what was
    learned for it. `mood` is that of the last message, `worst_mood` the worst of all."""

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("organisation_id", "open_in"),
        Index("ix_visits_last", "organisation_id", "ended_at", "last_at"),
    )

    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    open_in: Mapped[int | None] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    first_inbox_id: Mapped[int] = mapped_column(BigId)
    last_inbox_id: Mapped[int] = mapped_column(BigId)
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    intent: Mapped[str] = mapped_column(String(60), default="")
    mood: Mapped[Mood] = mapped_column(words(Mood), default=Mood.calm)
    worst_mood: Mapped[Mood] = mapped_column(words(Mood, "worst_mood"), default=Mood.calm)
    playbook: Mapped[str] = mapped_column(String(60), default="")
    playbook_version: Mapped[int | None]
    stage: Mapped[str] = mapped_column(String(60), default="")
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # How the playbook goes on: what was asked, what the last message did (tools/visits/following.py).
    course: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Written when it has ended; empty when there was nothing to tell.
    summary: Mapped[str] = mapped_column(Text, default="")
    summarised_at: Mapped[datetime | None]


class FollowUpStatus(StrEnum):
    open = "open"
    done = "done"
    dropped = "dropped"


class FollowUp(OwnedByOrganisation, Table):
    """What the staff might do after a visit, at best on `due_on`. `owner_id` is whose it is; of
    nobody's the managers take care."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_follow_ups_status", "organisation_id", "status", "due_on"),
    )

    order_key: Mapped[str] = mapped_column(String(160))
    visit_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("visits.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    owner_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    status: Mapped[FollowUpStatus] = mapped_column(words(FollowUpStatus))
    done_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id", ondelete="SET NULL"))
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class PlaybookVersion(OwnedByOrganisation, Table):
    """A playbook as it was read from its file; a visit keeps the version that it began with.
    `number` counts from 1 for each name; the newest that is `active` is used, and none is when
    it was switched off."""

    __tablename__ = "playbook_versions"
    __table_args__ = (UniqueConstraint("organisation_id", "name", "number"),)

    name: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
