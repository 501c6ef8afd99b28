"""What is known of people, with the dates between which it held."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class MemoryKind(StrEnum):
    """An episode is a turn of a talk, a summary a whole visit; an insight is what staff noted about
    somebody."""

    fact = "fact"
    wish = "wish"
    preference = "preference"
    event = "event"
    episode = "episode"
    insight = "insight"
    summary = "summary"


# Kinds that are no statements in the person's own words.
NOT_STATED = (MemoryKind.episode, MemoryKind.insight, MemoryKind.summary)


class Memory(OwnedByOrganisation, Table):
    """Something known of a person. Facts, wishes, preferences and events are in the person's own
    words; the text of an episode is empty, for it stands in the message (`source_inbox_id`, or
    `source_outbox_id` of what staff wrote to them, who are then the `speaker`).

    It holds from `created_at` until `valid_to` (empty: still). `slot` names what it is about when
    there can be only one such thing, and `value` what was said about it. `happens_on` is the day of
    an event. `used_at` is when it was last stated or recalled, `importance` is 0…100. `indexed_at`
    is empty while the vector index has yet to learn it, `read_at` of an episode while a model, if
    there is one, has yet to read facts in it. `author_id` is who noted an insight, which is for
    staff alone.
    """

    __tablename__ = "memories"
    __table_args__ = (
        UniqueConstraint("organisation_id", "order_key"),
        Index("ix_memories_person", "organisation_id", "person_id", "valid_to"),
        Index("ix_memories_indexed", "organisation_id", "indexed_at"),
        Index("ix_memories_unread", "organisation_id", "kind", "read_at"),
    )

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    order_key: Mapped[str] = mapped_column(String(160))
    source_inbox_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("inbox.id", ondelete="SET NULL")
    )
    source_outbox_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("outbox.id", ondelete="SET NULL")
    )
    conversation_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    speaker: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[MemoryKind] = mapped_column(words(MemoryKind), default=MemoryKind.fact)
    text: Mapped[str] = mapped_column(Text)
    slot: Mapped[str | None] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    importance: Mapped[int] = mapped_column(default=50)
    happens_on: Mapped[date | None]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("memories.id", ondelete="SET NULL")
    )
    indexed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
