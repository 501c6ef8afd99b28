"""What people are told without having asked: their wishes, what waits, and alerts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Double, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.notices import NoticeKind
from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class NoticeWishes(OwnedByOrganisation, Table):
    """What one person wants. `off` are kinds; quiet hours are minutes of the organisation's day,
    from the first until before the second, and may go over midnight."""

    __tablename__ = "notice_wishes"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id"),)

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    off: Mapped[list[str]] = mapped_column(default=list)
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    # Approvals and critical alerts come in quiet hours, too.
    urgent_passes: Mapped[bool] = mapped_column(default=True)


class NoticeStatus(StrEnum):
    sent = "sent"
    held = "held"
    off = "off"  # not wanted
    dropped = "dropped"  # held, and pointless by the time


class Notice(OwnedByOrganisation, Table):
    """One notice for one person. Its words stay here only while it is held; `sent_as` is the key
    of the message that it became a part of. Those of one `topic` are counted together. `asks` is
    the number of the approval that it asks for."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("organisation_id", "key"),
        Index("ix_notices_held", "organisation_id", "status", "person_id", "id"),
        Index("ix_notices_sent_as", "organisation_id", "sent_as"),
        Index("ix_notices_created_at", "organisation_id", "created_at"),
    )

    key: Mapped[str] = mapped_column(String(160))
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[NoticeKind] = mapped_column(words(NoticeKind))
    topic: Mapped[str] = mapped_column(String(160))
    urgent: Mapped[bool]
    status: Mapped[NoticeStatus] = mapped_column(words(NoticeStatus))
    text: Mapped[str] = mapped_column(Text)
    shown: Mapped[list[str]] = mapped_column(default=list)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    asks: Mapped[int | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    sent_as: Mapped[str | None] = mapped_column(String(160))


class NoticeFile(OwnedByOrganisation, Table):
    """A file of a held notice."""

    __tablename__ = "notice_files"

    notice_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("notices.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class NoticeWindow(OwnedByOrganisation, Table):
    """Until when notices of one topic are gathered for one person."""

    __tablename__ = "notice_windows"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id", "kind", "topic"),)

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[NoticeKind] = mapped_column(words(NoticeKind))
    topic: Mapped[str] = mapped_column(String(160))
    until: Mapped[datetime]


class AlertStatus(StrEnum):
    pending = "pending"  # not for long enough yet
    firing = "firing"
    resolved = "resolved"


class Alert(OwnedByOrganisation, Table):
    """A rule and what it is about. `episode` counts how often it has fired; `told` says whether
    people know of this time. `well_since` is set while a firing one looks well."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("organisation_id", "name", "subject"),)

    name: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120))
    status: Mapped[AlertStatus] = mapped_column(words(AlertStatus))
    episode: Mapped[int]
    told: Mapped[bool]
    since: Mapped[datetime]
    well_since: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    value: Mapped[float] = mapped_column(Double)
    detail: Mapped[str] = mapped_column(Text)


class AlertMute(OwnedByOrganisation, Table):
    """A rule that nobody is told of for a while."""

    __tablename__ = "alert_mutes"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime]


class AlertPlace(OwnedByOrganisation, Table):
    """A chat that is told of alerts, in `language`."""

    __tablename__ = "alert_places"
    __table_args__ = (UniqueConstraint("organisation_id", "conversation_id"),)

    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    language: Mapped[str] = mapped_column(String(8))
