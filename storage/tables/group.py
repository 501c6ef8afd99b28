"""Groups on chat platforms, and how each of them is divided into conversations."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words


class Scope(StrEnum):
    """Who shares a conversation in a group: nobody, who writes in the same topic, or everybody."""

    member = "member"
    topic = "topic"
    group = "group"


class GroupChat(OwnedByOrganisation, Table):
    """`chat` is the platform's id of the whole group; its topics are no groups of their own."""

    __tablename__ = "group_chats"
    __table_args__ = (UniqueConstraint("organisation_id", "channel", "bot", "chat"),)

    channel: Mapped[str] = mapped_column(String(32))
    bot: Mapped[str] = mapped_column(String(64))
    chat: Mapped[str] = mapped_column(String(128))
    scope: Mapped[Scope] = mapped_column(words(Scope), default=Scope.topic)
    created_at: Mapped[datetime]
