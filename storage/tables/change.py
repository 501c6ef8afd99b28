"""What people changed by hand and may take back."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table
from storage.types import BigId


class ChangeRecord(OwnedByOrganisation, Table):
    """One change to one object. `kind` names who can undo it, `before` is what that needs."""

    __tablename__ = "changes"
    __table_args__ = (
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_changes_conversation", "conversation_id", "id"),
    )

    order_key: Mapped[str] = mapped_column(String(160))
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(64))
    ref: Mapped[str] = mapped_column(String(32))
    before: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
