"""The inbox: messages as received, kept under a unique key before anybody is told so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, or_, select, update

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.tables.work import Conversation, InboxFile, InboxMessage, InboxStatus
from storage.upsert import insert_or_ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a chat lives: channel, the bot account that is in it, and the channel's own chat id."""

    channel: str
    bot: str
    chat: str


# The media type of a file whose content was not kept.
TOO_LARGE = "application/x-too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file of a message, without its content."""

    id: int
    name: str
    media_type: str


class Content(Protocol):
    """A file on its way in."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


class Inbox:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def conversation(
        self, session: Session, place: Place, *, private_with: int | None
    ) -> int:
        """The id of the conversation at `place`, opened on first contact; `private_with` is the
        person of a private chat, None in a group."""
        known = await self.find_conversation(session, place)
        if known is not None:
            return known
        await session.execute(
            insert_or_ignore(
                session,
                Conversation,
                {
                    "organisation_id": self._organisation_id,
                    "channel": place.channel,
                    "bot": place.bot,
                    "chat": place.chat,
                    "person_id": private_with,
                    "created_at": self._clock.now(),
                    "lease_fence": 0,
                },
            )
        )
        opened = await self.find_conversation(session, place)
        assert opened is not None
        return opened

    async def find_conversation(self, session: ReadSession, place: Place) -> int | None:
        found: int | None = await session.scalar(
            select(Conversation.id).where(
                Conversation.organisation_id == self._organisation_id,
                Conversation.channel == place.channel,
                Conversation.bot == place.bot,
                Conversation.chat == place.chat,
            )
        )
        return found

    async def place(self, session: ReadSession, conversation_id: int) -> Place:
        """Where a conversation is held."""
        row = await session.get_one(Conversation, conversation_id)
        return Place(channel=row.channel, bot=row.bot, chat=row.chat)

    async def put(
        self,
        session: Session,
        *,
        place: Place,
        external_id: str,
        conversation_id: int,
        person_id: int,
        text: str,
        files: Sequence[Content] = (),
    ) -> bool:
        """Keep a message; False when this one is here already (a redelivery)."""
        inserted = await session.execute(
            insert_or_ignore(
                session,
                InboxMessage,
                {
                    "organisation_id": self._organisation_id,
                    "channel": place.channel,
                    "bot": place.bot,
                    "external_id": external_id,
                    "conversation_id": conversation_id,
                    "person_id": person_id,
                    "text": text,
                    "received_at": self._clock.now(),
                    "status": InboxStatus.received,
                    "attempts": 0,
                },
            ).returning(InboxMessage.id)
        )
        inbox_id = inserted.scalar_one_or_none()
        if inbox_id is None:
            return False
        session.add_all(
            InboxFile(
                organisation_id=self._organisation_id, inbox_id=inbox_id, position=position,
                name=file.name, media_type=file.media_type, content=file.content,
            )
            for position, file in enumerate(files)
        )  # fmt: skip
        return True

    async def oldest_open(self, session: Session, conversation_id: int) -> InboxMessage | None:
        """The next message to work on, its attempt counted; needs the conversation's lease."""
        row = await session.scalar(
            select(InboxMessage)
            .where(
                InboxMessage.conversation_id == conversation_id,
                InboxMessage.status == InboxStatus.received,
            )
            .order_by(InboxMessage.id)
            .limit(1)
        )
        if row is not None:
            row.attempts += 1
        return row

    async def files(self, session: ReadSession, inbox_id: int) -> tuple[ReceivedFile, ...]:
        """What came with a message, in its order."""
        rows = await session.execute(
            select(InboxFile.id, InboxFile.name, InboxFile.media_type)
            .where(
                InboxFile.organisation_id == self._organisation_id, InboxFile.inbox_id == inbox_id
            )
            .order_by(InboxFile.position)
        )
        return tuple(
            ReceivedFile(id=row.id, name=row.name, media_type=row.media_type) for row in rows
        )

    async def finish(self, session: Session, inbox_id: int, status: InboxStatus) -> None:
        await session.execute(
            update(InboxMessage)
            .where(InboxMessage.id == inbox_id)
            .values(status=status, finished_at=self._clock.now())
        )

    async def waiting_conversations(self, session: ReadSession, limit: int) -> list[int]:
        """Conversations with open messages that nobody is working on, oldest first."""
        found = await session.scalars(
            select(InboxMessage.conversation_id)
            .join(Conversation, Conversation.id == InboxMessage.conversation_id)
            .where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.status == InboxStatus.received,
                or_(
                    Conversation.lease_owner.is_(None),
                    Conversation.lease_until < self._clock.now(),
                ),
            )
            .group_by(InboxMessage.conversation_id)
            .order_by(func.min(InboxMessage.id))
            .limit(limit)
        )
        return list(found)

    async def before(
        self, session: ReadSession, conversation_id: int, inbox_id: int, limit: int
    ) -> list[InboxMessage]:
        """Messages of the conversation before this one, oldest first."""
        found = await session.scalars(
            select(InboxMessage)
            .where(InboxMessage.conversation_id == conversation_id, InboxMessage.id < inbox_id)
            .order_by(InboxMessage.id.desc())
            .limit(limit)
        )
        return list(reversed(found.all()))

    async def open_count(self, session: ReadSession, before: datetime | None = None) -> int:
        """How many messages wait; with `before`, how many have waited since then."""
        query = select(func.count(InboxMessage.id)).where(
            InboxMessage.organisation_id == self._organisation_id,
            InboxMessage.status == InboxStatus.received,
        )
        if before is not None:
            query = query.where(InboxMessage.received_at < before)
        return await session.scalar(query) or 0
