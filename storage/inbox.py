"""The inbox: messages as received, kept under a unique key before anybody is told so."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import bindparam, func, or_, select, update

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.groups import Groups, Seat
from storage.media import keep_content
from storage.tables.work import Conversation, InboxFile, InboxMessage, InboxStatus
from storage.upsert import insert_or_ignore, table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a chat lives: channel, the bot account that is in it, and the channel's own chat id."""

    channel: str
    bot: str
    chat: str


# The media types of files whose content was not kept, and why.
TOO_LARGE, TOO_MANY = "application/x-too-large", "application/x-too-many"
REFUSED, GONE = "application/x-refused", "application/x-gone"
# A message that is nothing but files is this command: no words for the agent to think about.
FILES_ALONE = "/received"
# So long after its last part an album is answered when its process does not do it.
_ALBUM_WAITS = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file of a message, without its content; with `remote`, that is still to be fetched."""

    id: int
    name: str
    media_type: str
    remote: str | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file that the platform keeps for us under the name `remote`. `size` in bytes, 0 when it
    does not say; `seconds` of a sound or a film."""

    name: str
    media_type: str
    remote: str
    size: int = 0
    seconds: int = 0
    content: bytes = b""


class Content(Protocol):
    """A file on its way in."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMessage:
    """A message that is being worked on, for the `attempts`-th time."""

    id: int
    organisation_id: int
    conversation_id: int
    person_id: int
    text: str
    attempts: int
    album: str | None = None
    stop_at: datetime | None = None


_CONVERSATIONS, _MESSAGES = table_of(Conversation), table_of(InboxMessage)
_AT = select(*_CONVERSATIONS.c["id", "closed_at", "group_id"]).where(
    _CONVERSATIONS.c.organisation_id == bindparam("organisation"),
    _CONVERSATIONS.c.channel == bindparam("channel"),
    _CONVERSATIONS.c.bot == bindparam("bot"),
    _CONVERSATIONS.c.chat == bindparam("chat"),
    _CONVERSATIONS.c.member == bindparam("member"),
)
_OLDEST_OPEN = (
    select(_MESSAGES.c.id)
    .where(
        _MESSAGES.c.conversation_id == bindparam("conversation"),
        _MESSAGES.c.status == InboxStatus.received,
    )
    .order_by(_MESSAGES.c.id)
    .limit(1)
)
_BEGIN = (
    update(_MESSAGES)
    .where(_MESSAGES.c.id == _OLDEST_OPEN.scalar_subquery())
    .values(attempts=_MESSAGES.c.attempts + 1)
    .returning(*(_MESSAGES.c[field.name] for field in fields(OpenMessage)))
)
_FINISH = (
    update(_MESSAGES)
    .where(_MESSAGES.c.id == bindparam("inbox"))
    .values(status=bindparam("now_is"), finished_at=bindparam("at"))
)
_TOKEN = select(_MESSAGES.c.reply_token).where(_MESSAGES.c.id == bindparam("inbox"))
_RECEIVED = tuple(table_of(InboxFile).c[field.name] for field in fields(ReceivedFile))
_FILES = (
    select(*_RECEIVED)
    .where(
        table_of(InboxFile).c.organisation_id == bindparam("organisation"),
        table_of(InboxFile).c.inbox_id == bindparam("inbox"),
    )
    .order_by(table_of(InboxFile).c.position)
)


class Inbox:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock
        self._groups = Groups(organisation_id, clock)

    async def conversation(
        self,
        session: Session,
        place: Place,
        *,
        private_with: int | None,
        group: str = "",
        member: str = "",
    ) -> int:
        """The id of the conversation at `place`, opened on first contact. `private_with` is the
        person of a private chat, None in a group; there it depends on how the `group`, which may be
        more than `place`, is divided, and on the account `member` who writes."""
        seat = Seat(group_id=None, chat=place.chat)
        if private_with is None:
            seat = await self._groups.seat(
                session, channel=place.channel, bot=place.bot, group=group or place.chat,
                chat=place.chat, member=member,
            )  # fmt: skip
        if row := (await session.execute(_AT, self._at(place, seat))).one_or_none():
            if row.closed_at is not None or row.group_id != seat.group_id:
                await session.execute(
                    update(Conversation)
                    .where(Conversation.id == row.id)
                    .values(closed_at=None, group_id=seat.group_id)
                )
            found: int = row.id
            return found
        await insert_or_ignore(
            session,
            Conversation,
            {
                "organisation_id": self._organisation_id,
                "channel": place.channel,
                "bot": place.bot,
                "chat": seat.chat,
                "member": seat.member,
                "group_id": seat.group_id,
                "person_id": private_with,
                "created_at": self._clock.now(),
                "lease_fence": 0,
            },
        )
        opened: int = (await session.execute(_AT, self._at(place, seat))).one().id
        return opened

    async def find_conversation(self, session: ReadSession, place: Place) -> int | None:
        """The one that all who write there share."""
        seat = Seat(group_id=None, chat=place.chat)
        row = (await session.execute(_AT, self._at(place, seat))).one_or_none()
        return row.id if row else None

    def _at(self, place: Place, seat: Seat) -> dict[str, object]:
        return {
            "organisation": self._organisation_id, "channel": place.channel, "bot": place.bot,
            "chat": seat.chat, "member": seat.member,
        }  # fmt: skip

    async def place(
        self, session: ReadSession, conversation_id: int, inbox_id: int | None = None
    ) -> Place:
        """Where a conversation is held, or where in it this message was said."""
        row = await session.get_one(Conversation, conversation_id)
        said_in = None
        if inbox_id is not None and row.person_id is None:
            said_in = await session.scalar(
                select(InboxMessage.said_in).where(InboxMessage.id == inbox_id)
            )
        return Place(channel=row.channel, bot=row.bot, chat=said_in or row.chat)

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
        reply_token: str = "",
        message_id: str = "",
        album: str = "",
        said_in: str = "",
        answers: str = "",
    ) -> bool:
        """Keep a message; False when this one is here already (a redelivery)."""
        inbox_id = await insert_or_ignore(
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
                "reply_token": reply_token or None,
                "said_in": said_in or None,
                "message_id": message_id or None,
                "album": album or None,
                "answers": answers or None,
            },
        )
        if inbox_id is None:
            return False
        for position, file in enumerate(files):
            remote = file if isinstance(file, RemoteFile) else None
            row = InboxFile(
                organisation_id=self._organisation_id, inbox_id=inbox_id, position=position,
                name=file.name, media_type=file.media_type,
                media_id=await self._kept(session, file.content, file.media_type),
                remote=remote.remote if remote else None,
                seconds=(remote.seconds or None) if remote else None,
            )  # fmt: skip
            session.add(row)
        return True

    async def _kept(self, session: Session, content: bytes, media_type: str) -> int | None:
        if not content:
            return None
        return await keep_content(
            session, self._organisation_id, self._clock.now(), content, media_type
        )

    async def oldest_open(self, session: Session, conversation_id: int) -> OpenMessage | None:
        """The next message to work on, its attempt counted; needs the conversation's lease."""
        found = await session.execute(_BEGIN, {"conversation": conversation_id})
        row = found.one_or_none()
        return None if row is None else OpenMessage(**row._mapping)

    async def any_open(self, session: ReadSession, conversation_id: int) -> bool:
        """Whether a message of this conversation waits."""
        found = await session.scalar(_OLDEST_OPEN, {"conversation": conversation_id})
        return found is not None

    async def files(self, session: ReadSession, inbox_id: int) -> tuple[ReceivedFile, ...]:
        """What came with a message, in its order."""
        rows = await session.execute(
            _FILES, {"organisation": self._organisation_id, "inbox": inbox_id}
        )
        return tuple(ReceivedFile(**row._mapping) for row in rows)

    async def reply_token(self, session: ReadSession, inbox_id: int) -> str:
        """What the platform wants to have with an answer to this message."""
        return await session.scalar(_TOKEN, {"inbox": inbox_id}) or ""

    async def fetched(
        self, session: Session, file_id: int, *, name: str, content: bytes, media_type: str
    ) -> None:
        """The content of a remote file is here, or never will be, as its media type says."""
        await session.execute(
            update(InboxFile)
            .where(InboxFile.organisation_id == self._organisation_id, InboxFile.id == file_id)
            .values(
                media_id=await self._kept(session, content, media_type),
                name=name, media_type=media_type, remote=None,
            )
        )  # fmt: skip

    async def missing(self, session: ReadSession, conversation_id: int) -> list[ReceivedFile]:
        """The files of a conversation that are still to be fetched."""
        rows = await session.execute(
            select(*_RECEIVED)
            .join(_MESSAGES, _MESSAGES.c.id == InboxFile.inbox_id)
            .where(
                _MESSAGES.c.conversation_id == conversation_id, InboxFile.remote.is_not(None)
            )
            .order_by(InboxFile.id)
        )  # fmt: skip
        return [ReceivedFile(**row._mapping) for row in rows]

    async def file(self, session: ReadSession, file_id: int) -> ReceivedFile:
        rows = await session.execute(
            select(*_RECEIVED).where(
                InboxFile.organisation_id == self._organisation_id, InboxFile.id == file_id
            )
        )
        return ReceivedFile(**rows.one()._mapping)

    async def finish(self, session: Session, inbox_id: int, status: InboxStatus) -> None:
        await session.execute(
            _FINISH, {"inbox": inbox_id, "now_is": status, "at": self._clock.now()}
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
                    InboxMessage.album.is_(None),
                    InboxMessage.received_at < self._clock.now() - _ALBUM_WAITS,
                ),
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
