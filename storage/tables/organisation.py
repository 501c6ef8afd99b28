"""Organisations, their people, and the counters behind readable ids."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.roles import Role
from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class Organisation(Table):
    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str]
    timezone: Mapped[str] = mapped_column(String(64), default="Asia/Shanghai")
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    created_at: Mapped[datetime]


class Person(OwnedByOrganisation, Table):
    """Somebody we know. `language` was chosen with /lang; `detected` is what they last wrote in.
    `notices_channel` is where they want notices; None is where they wrote last."""

    __tablename__ = "people"

    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(words(Role))
    language: Mapped[str | None] = mapped_column(String(8))
    detected: Mapped[str | None] = mapped_column(String(8))
    notices_channel: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]


class Account(OwnedByOrganisation, Table):
    """A channel account bound to a person: identity is by id, never by nickname."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("organisation_id", "channel", "external_id"),)

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime]


class Invite(OwnedByOrganisation, Table):
    """A one-time code that binds an account to a person; only its SHA-256 is kept."""

    __tablename__ = "invites"
    __table_args__ = (UniqueConstraint("organisation_id", "code_hash"),)

    code_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Duty(OwnedByOrganisation, Table):
    """Work that one process does at a time, under a fenced lease."""

    __tablename__ = "duties"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: Mapped[str] = mapped_column(String(80))
    owner: Mapped[str | None] = mapped_column(String(64))
    until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)


class Counter(OwnedByOrganisation, Table):
    """The last number given out for one kind of id (L, C, P …)."""

    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("organisation_id", "kind"),)

    kind: Mapped[str] = mapped_column(String(8))
    last: Mapped[int]
