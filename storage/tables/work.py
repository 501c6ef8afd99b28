"""What makes work survive: inbox, conversations and their leases, outbox, action ledger."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class Conversation(OwnedByOrganisation, Table):
    """One chat on one channel; `person_id` is who a private chat is with. The lease columns let one worker at a time take its turns:
    `lease_fence` grows with every owner, so that a worker that lost the lease can be told."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("organisation_id", "channel", "bot", "chat", "member"),)

    channel: Mapped[str] = mapped_column(String(32))
    bot: Mapped[str] = mapped_column(String(64))
    chat: Mapped[str] = mapped_column(String(128))
    # In a group where everybody has a conversation of their own: the account that this one is of.
    member: Mapped[str] = mapped_column(String(128), default="")
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("group_chats.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    lease_fence: Mapped[int] = mapped_column(default=0)
    # What fell out of the window, in few words.
    summary: Mapped[str | None] = mapped_column(Text)
    # Nothing can be sent there: the bot was blocked or removed.
    closed_at: Mapped[datetime | None]
    # People serve this chat; the agent only listens.
    human_since: Mapped[datetime | None]


class InboxStatus(StrEnum):
    received = "received"
    done = "done"
    failed = "failed"


class InboxMessage(OwnedByOrganisation, Table):
    """A message as received, before the channel was told that we have it."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("organisation_id", "channel", "bot", "external_id"),
        Index("ix_inbox_open", "organisation_id", "status", "conversation_id", "id"),
        Index("ix_inbox_conversation", "conversation_id", "id"),
        Index(
            "ix_inbox_unremembered", "organisation_id", "id",
            sqlite_where=sql("remembered_at IS NULL"),
            postgresql_where=sql("remembered_at IS NULL"),
        ),
    )  # fmt: skip

    channel: Mapped[str] = mapped_column(String(32))
    bot: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(128))
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    status: Mapped[InboxStatus] = mapped_column(words(InboxStatus), default=InboxStatus.received)
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    # What the platform wants to have with an answer.
    reply_token: Mapped[str | None] = mapped_column(Text)
    # The platform's own name of the message, by which it says that it was corrected.
    message_id: Mapped[str | None] = mapped_column(String(128))
    # Messages of one album are answered together.
    album: Mapped[str | None] = mapped_column(String(128))
    # Whoever wrote it wants no more of it.
    stop_at: Mapped[datetime | None]
    # In a group: the chat of the platform where it was said, which may be one topic of several in
    # its conversation. The answer goes there.
    said_in: Mapped[str | None] = mapped_column(String(128))
    # When long-term memory took note of it; empty: it has yet to.
    remembered_at: Mapped[datetime | None]
    # Words of the staff for a customer, and none for the agent: the id of the case that they were
    # said in.
    relayed_to: Mapped[int | None] = mapped_column(BigId)
    # The platform's name of a message of ours that this one answers, where it tells.
    answers: Mapped[str | None] = mapped_column(String(128))


class InboxFile(OwnedByOrganisation, Table):
    """A file that came with a message. `remote` is the platform's name for a content that is not
    fetched yet; `seconds` is how long a sound or a film is. Without `media_id` its content never
    came, or is kept no longer."""

    __tablename__ = "inbox_files"

    inbox_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("inbox.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(80))
    media_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("media.id", ondelete="SET NULL"), index=True
    )
    seconds: Mapped[int | None]
    remote: Mapped[str | None] = mapped_column(Text)


class OutboxStatus(StrEnum):
    queued = "queued"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    unknown = "unknown"


class OutboxMessage(OwnedByOrganisation, Table):
    """A message to send. `key` is made of what caused it and its position, so that a turn that
    runs again does not answer twice. `shown` are the ids that the text names. `markdown` says
    that the text is to be read as such. A platform may take the text in several parts: `parts_sent`
    surely arrived. When nobody knows whether the next one did it is `in_doubt`, and is sent once
    more, saying so, if the message may be `resend`; `doubts` counts how often that happened."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("organisation_id", "key"),
        Index("ix_outbox_open", "status", "conversation_id", "id"),
        Index("ix_outbox_conversation", "conversation_id", "id"),
        Index("ix_outbox_doubts", "organisation_id", "doubts"),
        Index(
            "ix_outbox_unremembered", "organisation_id", "id",
            sqlite_where=sql("remembered_at IS NULL AND said_by IS NOT NULL"),
            postgresql_where=sql("remembered_at IS NULL AND said_by IS NOT NULL"),
        ),
    )  # fmt: skip

    key: Mapped[str] = mapped_column(String(160))
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="CASCADE")
    )
    reply_to: Mapped[int | None] = mapped_column(BigId, ForeignKey("inbox.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    shown: Mapped[list[str]] = mapped_column(default=list)
    status: Mapped[OutboxStatus] = mapped_column(words(OutboxStatus), default=OutboxStatus.queued)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    resend: Mapped[bool] = mapped_column(default=True)
    in_doubt: Mapped[bool] = mapped_column(default=False)
    doubts: Mapped[int] = mapped_column(default=0)
    markdown: Mapped[bool] = mapped_column(default=False)
    # People of the platform are to take the chat over when this is said.
    transfer: Mapped[bool] = mapped_column(default=False)
    # Who of the staff said it, on the platform itself; None when we did.
    said_by: Mapped[str | None] = mapped_column(String(120))
    # When long-term memory took note of what staff said; empty: it has yet to.
    remembered_at: Mapped[datetime | None]
    parts_sent: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    sending_since: Mapped[datetime | None]
    sender: Mapped[str | None] = mapped_column(String(64))
    finished_at: Mapped[datetime | None]
    external_id: Mapped[str | None] = mapped_column(String(128))
    error: Mapped[str | None] = mapped_column(Text)


class OutboxFile(OwnedByOrganisation, Table):
    """A file that goes out with a message; kept until the message is finished."""

    __tablename__ = "outbox_files"

    outbox_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("outbox.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Cursor(OwnedByOrganisation, Table):
    """How far we have read something of a platform that has to be asked for."""

    __tablename__ = "cursors"
    __table_args__ = (UniqueConstraint("organisation_id", "channel", "name"),)

    channel: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(128))
    value: Mapped[str] = mapped_column(Text)


class ActionStatus(StrEnum):
    pending = "pending"
    executing = "executing"
    completed = "completed"
    failed = "failed"
    unknown = "unknown"


class Action(OwnedByOrganisation, Table):
    """The ledger: one row per outside effect, written before the effect."""

    __tablename__ = "actions"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    key: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(64))
    request: Mapped[dict[str, Any]]
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[ActionStatus] = mapped_column(words(ActionStatus), default=ActionStatus.pending)
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
