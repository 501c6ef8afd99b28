"""What people asked us to remember, with the dates between which it held."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class MemoryKind(StrEnum):
    fact = "fact"
    wish = "wish"


class Memory(OwnedByOrganisation, Table):
    """A fact or wish in the person's own words; the text lives here and nowhere else.

    It holds from `created_at` until `valid_to` (empty: still). `slot` names what it is about when
    there can be only one such thing, and `value` what was said about it. `used_at` is when it was
    last stated or recalled, `importance` is 0…100. `indexed_at` is empty while the vector index has yet to learn it.
    """

    __tablename__ = "memories"
    __table_args__ = (
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_memories_person", "organisation_id", "person_id", "valid_to"),
        Index("ix_memories_indexed", "organisation_id", "indexed_at"),
    )

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    order_key: Mapped[str] = mapped_column(String(160))
    source_inbox_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("inbox.id", ondelete="SET NULL")
    )
    kind: Mapped[MemoryKind] = mapped_column(words(MemoryKind), default=MemoryKind.fact)
    text: Mapped[str] = mapped_column(Text)
    slot: Mapped[str | None] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    importance: Mapped[int] = mapped_column(default=50)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("memories.id", ondelete="SET NULL")
    )
    indexed_at: Mapped[datetime | None]
