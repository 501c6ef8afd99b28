"""Messages to many customers, and who does not want any."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class BroadcastStatus(StrEnum):
    waiting = "waiting"  # for the senders, who confirm on the platform
    finished = "finished"
    cancelled = "cancelled"


class Broadcast(OwnedByOrganisation, Table):
    """B-<number>: one text for many. `tag` is how its people were chosen, empty for everybody."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "order_key"),
    )

    number: Mapped[int]
    order_key: Mapped[str] = mapped_column(String(160))
    text: Mapped[str] = mapped_column(Text)
    tag: Mapped[str] = mapped_column(String(60), default="")
    status: Mapped[BroadcastStatus] = mapped_column(words(BroadcastStatus))
    ordered_by: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def ref(self) -> str:
        return f"B-{self.number}"


class BroadcastTask(OwnedByOrganisation, Table):
    """What one sender has to confirm; `external_id` is the platform's id of it."""

    __tablename__ = "broadcast_tasks"
    __table_args__ = (UniqueConstraint("broadcast_id", "sender"),)

    broadcast_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("broadcasts.id", ondelete="CASCADE")
    )
    sender: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    confirmed: Mapped[bool] = mapped_column(default=False)
    reminders: Mapped[int] = mapped_column(default=0)


class RecipientStatus(StrEnum):
    unsent = "unsent"
    sent = "sent"
    not_friend = "not_friend"  # no longer
    over_limit = "over_limit"  # got as many as the platform allows
    refused = "refused"  # by the platform, when the task was made


class BroadcastRecipient(OwnedByOrganisation, Table):
    """One customer of a broadcast, by the platform's id."""

    __tablename__ = "broadcast_recipients"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "external_id"),
        Index("ix_broadcast_recipients_who", "organisation_id", "external_id", "created_at"),
    )

    broadcast_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("broadcasts.id", ondelete="CASCADE")
    )
    sender: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    status: Mapped[RecipientStatus] = mapped_column(words(RecipientStatus))
    created_at: Mapped[datetime]


class OptOut(OwnedByOrganisation, Table):
    """Somebody who said that they want no more messages that they did not ask for."""

    __tablename__ = "opt_outs"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), unique=True
    )
    at: Mapped[datetime]
