"""What people asked us to remember."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table
from storage.types import BigId


class Memory(OwnedByOrganisation, Table):
    """A fact or wish in the person's own words; the text lives here and nowhere else."""

    __tablename__ = "memories"
    __table_args__ = (UniqueConstraint("organisation_id", "order_key"),)

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    order_key: Mapped[str] = mapped_column(String(160))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
