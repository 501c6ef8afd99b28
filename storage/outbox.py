"""The outbox: replies and notices wait here until a channel took them.

queued → sending → sent | failed | unknown. When the sender died, or lost the channel's answer,
between handing a message over and hearing about it, the send is in doubt: a message that somebody
waits for goes out once more and says so, any other one, and a second doubt, ends as `unknown`.
Nothing is sent twice in silence, and /health counts both.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Select, and_, case, func, or_, select, update
from sqlalchemy.orm import aliased

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.inbox import Place
from storage.tables.work import Conversation, InboxMessage, OutboxFile, OutboxMessage, OutboxStatus
from storage.upsert import insert_or_ignore

_OPEN = (OutboxStatus.queued, OutboxStatus.sending)
_CLAIMED = (
    OutboxMessage.id, OutboxMessage.conversation_id, OutboxMessage.text, OutboxMessage.markdown,
    OutboxMessage.parts_sent, OutboxMessage.in_doubt, OutboxMessage.attempts, OutboxMessage.buttons,
    OutboxMessage.key, OutboxMessage.transfer, OutboxMessage.said_by,
    select(InboxMessage.reply_token).where(InboxMessage.id == OutboxMessage.reply_to)
    .scalar_subquery().label("reply_token"),
)  # fmt: skip
# An answer goes where the question was said, which in a group may be one topic of several.
_CHAT = func.coalesce(
    select(InboxMessage.said_in).where(InboxMessage.id == OutboxMessage.reply_to).scalar_subquery(),
    Conversation.chat,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    media_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to queue. `key` is stable over repeated turns; `buttons` are label and text.
    `resend`: rather repeated, and marked so, than perhaps lost. `transfer`: people of the platform
    are to take the chat over when this is said. `said_by` of the staff it was, None when we did."""

    key: str
    conversation_id: int
    text: str
    reply_to: int | None = None
    buttons: tuple[dict[str, str], ...] = ()
    shown: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    markdown: bool = False
    resend: bool = True
    transfer: bool = False
    said_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that could be sent now."""

    id: int
    conversation_id: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A claimed message with all that a channel needs to send its next part."""

    id: int
    conversation_id: int
    place: Place
    key: str
    text: str
    reply_token: str = ""
    transfer: bool = False
    said_by: str | None = None
    markdown: bool = False
    parts_sent: int = 0
    in_doubt: bool = False
    attempts: int = 1
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
        outbox_id = await insert_or_ignore(
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
                "markdown": draft.markdown,
                "resend": draft.resend,
                "transfer": draft.transfer,
                "said_by": draft.said_by,
                "in_doubt": False,
                "doubts": 0,
                "parts_sent": 0,
                "created_at": self._clock.now(),
            },
        )
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

    async def waiting(
        self,
        session: Session,
        channel: str,
        chats: Collection[str] | None = None,
        *,
        skipping: Collection[int] = (),
        limit: int = 1,
    ) -> list[Waiting]:
        """The oldest sendable message of each conversation of a channel, `skipping` some of them;
        locked until `claim` in the same transaction says which are taken.

        A conversation with a message in `sending` is left out, so that its order holds.
        """
        rows = await session.execute(self._sendable(channel, chats, skipping).limit(limit))
        return [
            Waiting(
                id=row.id,
                conversation_id=row.conversation_id,
                place=Place(channel=channel, bot=row.bot, chat=row.chat),
            )
            for row in rows
        ]

    async def claim(self, session: Session, chosen: Sequence[Waiting]) -> list[Parcel]:
        """Take messages for sending."""
        if not chosen:
            return []
        places = {each.id: each.place for each in chosen}
        rows = await session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(places), OutboxMessage.status == OutboxStatus.queued)
            .values(
                status=OutboxStatus.sending,
                sender=self._owner,
                sending_since=self._clock.now(),
                attempts=OutboxMessage.attempts + 1,
            )
            .returning(*_CLAIMED)
        )
        return [
            Parcel(
                id=row.id, conversation_id=row.conversation_id, place=places[row.id], key=row.key,
                text=row.text, reply_token=row.reply_token or "", transfer=row.transfer,
                said_by=row.said_by, markdown=row.markdown, parts_sent=row.parts_sent,
                in_doubt=row.in_doubt, attempts=row.attempts, buttons=row.buttons,
                files=await self._files(session, row.id),
            )
            for row in sorted(rows, key=lambda row: row.id)
        ]  # fmt: skip

    async def sent(self, session: Session, outbox_id: int, external_id: str) -> None:
        await self._end(
            session, outbox_id, status=OutboxStatus.sent, external_id=external_id, in_doubt=False
        )

    async def failed(self, session: Session, outbox_id: int, error: str) -> None:
        await self._end(session, outbox_id, status=OutboxStatus.failed, error=error)

    async def part_sent(self, session: Session, outbox_id: int) -> None:
        """One part arrived, and there are more."""
        await self._set(
            session, outbox_id, status=OutboxStatus.queued, sender=None, not_before=None,
            parts_sent=OutboxMessage.parts_sent + 1, in_doubt=False,
        )  # fmt: skip

    async def requeue(
        self, session: Session, outbox_id: int, *, after: timedelta = timedelta(0)
    ) -> None:
        """The channel surely did not take it: try again, not before the time is over."""
        await self._set(
            session, outbox_id, status=OutboxStatus.queued, sender=None,
            not_before=self._clock.now() + after,
        )  # fmt: skip

    async def doubt(self, session: Session, outbox_id: int, error: str) -> None:
        """Nobody knows whether it arrived."""
        await self._set(session, outbox_id, **self._in_doubt(error))

    async def give_up_on_the_dead(self, session: Session, older_than: timedelta) -> int:
        """Doubt what another sender has been sending for too long; returns how many."""
        result = await session.scalars(
            update(OutboxMessage)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status == OutboxStatus.sending,
                OutboxMessage.sender != self._owner,
                OutboxMessage.sending_since <= self._clock.now() - older_than,
            )
            .values(**self._in_doubt("the sender died"))
            .returning(OutboxMessage.id)
        )
        return len(result.all())

    async def put_back(self, session: Session, channel: str, busy_with: Collection[int]) -> None:
        """Queue again what this process claimed and never began: the claim's own end was lost."""
        here = select(Conversation.id).where(Conversation.channel == channel)
        await session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status == OutboxStatus.sending,
                OutboxMessage.sender == self._owner,
                OutboxMessage.id.not_in(busy_with),
                OutboxMessage.conversation_id.in_(here),
            )
            .values(status=OutboxStatus.queued, sender=None)
        )

    async def send_of(
        self, session: ReadSession, conversation_id: int, outbox_id: int, position: int
    ) -> str | None:
        """What a button of a message says when it is pressed in the chat that the message went to;
        in a group that may be another of its conversations."""
        buttons = await session.scalar(
            select(OutboxMessage.buttons).where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.conversation_id.in_(_in_one_group(conversation_id)),
                OutboxMessage.id == outbox_id,
            )
        )
        found = buttons or []
        return found[position]["send"] if 0 <= position < len(found) else None

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

    async def last_in_chat(
        self, session: ReadSession, conversation_id: int, inbox_id: int
    ) -> OutboxMessage | None:
        """The newest message that went to the chat in which this one was said, whatever its
        conversation."""
        said_in = select(InboxMessage.said_in).where(InboxMessage.id == inbox_id)
        held_in = select(Conversation.chat).where(Conversation.id == conversation_id)
        here = func.coalesce(said_in.scalar_subquery(), held_in.scalar_subquery())
        found: OutboxMessage | None = await session.scalar(
            select(OutboxMessage)
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.conversation_id.in_(_in_one_group(conversation_id)),
                here == _CHAT,
            )
            .order_by(OutboxMessage.id.desc())
            .limit(1)
        )
        return found

    async def doubts(self, session: ReadSession) -> int:
        """How many sends ended in doubt, ever."""
        counted = await session.scalar(
            select(func.sum(OutboxMessage.doubts)).where(
                OutboxMessage.organisation_id == self._organisation_id, OutboxMessage.doubts > 0
            )
        )
        return int(counted or 0)

    def _sendable(
        self, channel: str, chats: Collection[str] | None, skipping: Collection[int]
    ) -> Select[int, int, str, str]:
        earlier = aliased(OutboxMessage)
        query = (
            select(
                OutboxMessage.id,
                OutboxMessage.conversation_id,
                Conversation.bot,
                _CHAT.label("chat"),
            )
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status == OutboxStatus.queued,
                or_(
                    OutboxMessage.not_before.is_(None),
                    OutboxMessage.not_before <= self._clock.now(),
                ),
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
            .with_for_update(skip_locked=True, of=OutboxMessage)
        )
        if chats is not None:
            query = query.where(_CHAT.in_(chats))
        return query.where(OutboxMessage.conversation_id.not_in(skipping)) if skipping else query

    def _in_doubt(self, error: str) -> dict[str, object]:
        again = and_(OutboxMessage.resend, ~OutboxMessage.in_doubt)
        return {
            "status": case((again, OutboxStatus.queued), else_=OutboxStatus.unknown),
            "finished_at": case((again, None), else_=self._clock.now()),
            "in_doubt": True,
            "doubts": OutboxMessage.doubts + 1,
            "sender": None,
            "error": error,
        }

    async def _files(self, session: Session, outbox_id: int) -> tuple[File, ...]:
        rows = await session.scalars(
            select(OutboxFile)
            .where(OutboxFile.outbox_id == outbox_id)
            .order_by(OutboxFile.position)
        )
        return tuple(
            File(name=row.name, media_type=row.media_type, content=row.content) for row in rows
        )

    async def _end(self, session: Session, outbox_id: int, **values: object) -> None:
        await self._set(session, outbox_id, finished_at=self._clock.now(), **values)

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


def _in_one_group(conversation_id: int) -> Select[int]:
    """The conversation, and all others of its group."""
    one = aliased(Conversation)
    group = select(one.group_id).where(one.id == conversation_id).scalar_subquery()
    return select(Conversation.id).where(
        or_(Conversation.id == conversation_id, Conversation.group_id == group)
    )
