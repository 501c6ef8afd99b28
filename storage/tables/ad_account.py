"""What an organisation decided about its ad accounts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table
from storage.types import BigId


class AdChoice(OwnedByOrganisation, Table):
    """One row an organisation. `defaults` are the ids of the accounts that new campaigns go to, by
    platform, where somebody chose one. `category` is what people answered about what they
    advertise: a special category, or `none`; empty while nobody was asked."""

    __tablename__ = "ad_choices"
    __table_args__ = (UniqueConstraint("organisation_id"),)

    defaults: Mapped[dict[str, Any]]
    category: Mapped[str | None] = mapped_column(String(16))
    changed_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    changed_at: Mapped[datetime]
