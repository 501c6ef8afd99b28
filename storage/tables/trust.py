"""What makes work trustworthy: approvals, and the audit log that shows tampering."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId, MoneyAmount


class ApprovalStatus(StrEnum):
    pending = "pending"
    approved = "approved"  # agreed; execution has begun or is about to
    executed = "executed"
    failed = "failed"
    rejected = "rejected"
    expired = "expired"


class Approval(OwnedByOrganisation, Table):
    """P-<number>: a plan that waits for people. `plan_hash` binds exactly this plan."""

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "order_key"),
        CheckConstraint("votes_needed BETWEEN 1 AND 2", name="votes_needed"),
    )

    number: Mapped[int]
    order_key: Mapped[str] = mapped_column(String(160))
    tool: Mapped[str] = mapped_column(String(64))
    plan: Mapped[dict[str, Any]]
    plan_hash: Mapped[str] = mapped_column(String(64))
    # Counts the changes of the plan since it was proposed, and who made the last one.
    version: Mapped[int] = mapped_column(default=1)
    revised_by: Mapped[int | None] = mapped_column(BigId)
    summary: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[str]]
    daily_cost: Mapped[Decimal] = mapped_column(MoneyAmount)
    votes_needed: Mapped[int]
    # Who asked cannot agree to it.
    by_another: Mapped[bool] = mapped_column(default=False)
    requested_by: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    status: Mapped[ApprovalStatus] = mapped_column(
        words(ApprovalStatus), default=ApprovalStatus.pending
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    # The inbox row whose turn executes the plan: only that turn may, and it may again after a crash.
    executing_inbox_id: Mapped[int | None] = mapped_column(BigId)
    result: Mapped[str | None] = mapped_column(Text)


class ApprovalVote(OwnedByOrganisation, Table):
    """One person's yes; a person counts once."""

    __tablename__ = "approval_votes"
    __table_args__ = (UniqueConstraint("approval_id", "person_id"),)

    approval_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("approvals.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]


class AuditEntry(OwnedByOrganisation, Table):
    """One link of the organisation's chain: `hash` covers this entry and the hash before it."""

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("organisation_id", "position"),)

    position: Mapped[int]
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId)
    event: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(OwnedByOrganisation, Table):
    """Length and last hash of the chain, so that a cut tail shows; also its writers' lock."""

    __tablename__ = "audit_heads"
    __table_args__ = (UniqueConstraint("organisation_id"),)

    count: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")
