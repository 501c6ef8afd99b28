"""The outbox: replies and notices wait here until a channel took them.

queued → sending → sent | failed | unknown. A row is `unknown` when the sender died, or lost the
channel's answer, between handing the message over and hearing about it: it is never sent twice
in silence, and /health counts it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import aliased

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.inbox import Place
from storage.tables.work import Conversation, OutboxFile, OutboxMessage, OutboxStatus
from storage.upsert import insert_or_ignore

_OPEN = (OutboxStatus.queued, OutboxStatus.sending)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to queue. `key` is stable over repeated turns; `buttons` are label and text."""

    key: str
    conversation_id: int
    text: str
    reply_to: int | None = None
    buttons: tuple[dict[str, str], ...] = ()
    shown: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A claimed message with all that a channel needs to send it."""

    id: int
    place: Place
    text: str
    buttons: Sequence[dict[str, str]] = ()
    files: Sequence[File] = field(default=())


class Outbox:
    """Everything about the outbox of one organisation; `owner` names this process."""

    def __init__(self, organisation_id: int, clock: Clock, *, owner: str) -> None:
        self._organisation_id = organisation_id
        self._clock = clock
        self._owner = owner

    async def queue(self, session: Session, draft: Draft) -> bool:
        """Queue a message in the caller's transaction; False when its key is queued already."""
        inserted = await session.execute(
            insert_or_ignore(
                session,
                OutboxMessage,
                {
                    "organisation_id": self._organisation_id,
                    "key": draft.key,
                    "conversation_id": draft.conversation_id,
                    "reply_to": draft.reply_to,
                    "text": draft.text,
                    "buttons": list(draft.buttons),
                    "shown": list(draft.shown),
                    "status": OutboxStatus.queued,
                    "attempts": 0,
                    "created_at": self._clock.now(),
                },
            ).returning(OutboxMessage.id)
        )
        outbox_id = inserted.scalar_one_or_none()
        if outbox_id is None:
            return False
        session.add_all(
            OutboxFile(
                organisation_id=self._organisation_id, outbox_id=outbox_id, position=position,
                name=file.name, media_type=file.media_type, content=file.content,
            )
            for position, file in enumerate(draft.files)
        )  # fmt: skip
        return True

    async def claim(
        self, session: Session, channel: str, chats: Collection[str] | None = None
    ) -> Parcel | None:
        """Take the next message of a channel (of these chats only, when given) for sending.

        A conversation with a message in `sending` is skipped, so that its order holds.
        """
        row = (await session.execute(self._next(channel, chats))).one_or_none()
        if row is None:
            return None
        message: OutboxMessage = row[0]
        message.status = OutboxStatus.sending
        message.sender = self._owner
        message.sending_since = self._clock.now()
        message.attempts += 1
        return Parcel(
            id=message.id,
            place=Place(channel=row.channel, bot=row.bot, chat=row.chat),
            text=message.text,
            buttons=message.buttons,
            files=await self._files(session, message.id),
        )

    async def sent(self, session: Session, outbox_id: int, external_id: str) -> None:
        await self._end(session, outbox_id, OutboxStatus.sent, external_id=external_id)

    async def failed(self, session: Session, outbox_id: int, error: str) -> None:
        await self._end(session, outbox_id, OutboxStatus.failed, error=error)

    async def unknown(self, session: Session, outbox_id: int, error: str) -> None:
        await self._end(session, outbox_id, OutboxStatus.unknown, error=error)

    async def requeue(self, session: Session, outbox_id: int) -> None:
        """The channel surely did not take it: try again later."""
        await self._set(session, outbox_id, status=OutboxStatus.queued, sender=None)

    async def give_up_on_the_dead(self, session: Session, older_than: timedelta) -> int:
        """Mark as unknown what another sender has been sending for too long; returns how many."""
        result = await session.scalars(
            update(OutboxMessage)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status == OutboxStatus.sending,
                OutboxMessage.sender != self._owner,
                OutboxMessage.sending_since <= self._clock.now() - older_than,
            )
            .values(
                status=OutboxStatus.unknown,
                error="the sender died",
                finished_at=self._clock.now(),
            )
            .returning(OutboxMessage.id)
        )
        return len(result.all())

    async def counts(self, session: ReadSession) -> dict[OutboxStatus, int]:
        rows = await session.execute(
            select(OutboxMessage.status, func.count().label("n"))
            .where(OutboxMessage.organisation_id == self._organisation_id)
            .group_by(OutboxMessage.status)
        )
        return {row.status: row.n for row in rows}

    async def last(
        self, session: ReadSession, conversation_id: int, limit: int
    ) -> list[OutboxMessage]:
        """The conversation's newest messages, oldest first."""
        found = await session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.conversation_id == conversation_id)
            .order_by(OutboxMessage.id.desc())
            .limit(limit)
        )
        return list(reversed(found.all()))

    def _next(
        self, channel: str, chats: Collection[str] | None
    ) -> Select[OutboxMessage, str, str, str]:
        earlier = aliased(OutboxMessage)
        query = (
            select(OutboxMessage, Conversation.channel, Conversation.bot, Conversation.chat)
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status == OutboxStatus.queued,
                Conversation.channel == channel,
                ~select(earlier.id)
                .where(
                    earlier.conversation_id == OutboxMessage.conversation_id,
                    earlier.id < OutboxMessage.id,
                    earlier.status.in_(_OPEN),
                )
                .exists(),
            )
            .order_by(OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=OutboxMessage)
        )
        return query if chats is None else query.where(Conversation.chat.in_(chats))

    async def _files(self, session: Session, outbox_id: int) -> tuple[File, ...]:
        rows = await session.scalars(
            select(OutboxFile)
            .where(OutboxFile.outbox_id == outbox_id)
            .order_by(OutboxFile.position)
        )
        return tuple(
            File(name=row.name, media_type=row.media_type, content=row.content) for row in rows
        )

    async def _end(
        self, session: Session, outbox_id: int, status: OutboxStatus, **values: str
    ) -> None:
        await self._set(session, outbox_id, status=status, finished_at=self._clock.now(), **values)

    async def _set(self, session: Session, outbox_id: int, **values: object) -> None:
        # A sender that stalled until others gave up on it must not overwrite their verdict.
        await session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == outbox_id,
                OutboxMessage.status == OutboxStatus.sending,
                OutboxMessage.sender == self._owner,
            )
            .values(**values)
        )
