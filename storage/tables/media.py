"""The contents of files that came with messages."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table


class Media(OwnedByOrganisation, Table):
    """A content, kept once in an organisation however often it comes. `media_type` is what the
    content is, not what its name says; `seen_at`, when it came last."""

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("organisation_id", "sha256"),
        Index("ix_media_seen", "organisation_id", "seen_at"),
    )

    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
