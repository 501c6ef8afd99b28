"""The web chat page: its visitors, and all that was said to and by each of them, numbered."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table
from storage.types import BigId


class WebVisitor(OwnedByOrganisation, Table):
    """A browser that wrote, or was written to, under a name that we gave it. `last` is the number
    of the newest message; whoever numbers another one holds this row."""

    __tablename__ = "web_visitors"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: Mapped[str] = mapped_column(String(64))
    last: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class WebMessage(OwnedByOrganisation, Table):
    """What the page shows. `mine`: the visitor said it. `key` is that of the message, the same
    however often it comes."""

    __tablename__ = "web_messages"
    __table_args__ = (
        UniqueConstraint("visitor_id", "number"),
        UniqueConstraint("visitor_id", "key"),
    )

    visitor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("web_visitors.id", ondelete="CASCADE")
    )
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(200))
    mine: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    markdown: Mapped[bool]
    buttons: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    created_at: Mapped[datetime]


class WebFile(OwnedByOrganisation, Table):
    """A file of a message, or one that waits for its message. `token` names it outside; without
    `media_id` its content is kept no longer."""

    __tablename__ = "web_files"
    __table_args__ = (UniqueConstraint("organisation_id", "token"),)

    visitor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("web_visitors.id", ondelete="CASCADE"), index=True
    )
    message_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("web_messages.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    media_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("media.id", ondelete="SET NULL"), index=True
    )
