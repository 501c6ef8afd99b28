"""Chats that people of a platform serve in place of the agent, and what they say there."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select, update

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.inbox import Place
from storage.tables.work import Conversation, InboxMessage, OutboxMessage, OutboxStatus
from storage.upsert import insert_or_ignore, table_of

_ROWS = table_of(Conversation)
_SERVED = select(_ROWS.c.channel, _ROWS.c.human_since).where(
    _ROWS.c.id == bindparam("conversation")
)
_NAME_LETTERS, _ID_LETTERS, _KEY_LETTERS = 120, 128, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where a conversation is held, and whether people serve it."""

    channel: str
    by_people: bool


class Handovers:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def served(self, session: ReadSession, conversation_id: int) -> Served:
        row = (await session.execute(_SERVED, {"conversation": conversation_id})).one()
        return Served(channel=row.channel, by_people=row.human_since is not None)

    async def change(self, session: Session, place: Place, *, people: bool) -> list[int]:
        """People serve this chat from now on, or no more; the ids of its conversations, none when
        nobody has written there yet."""
        since = func.coalesce(Conversation.human_since, self._clock.now()) if people else None
        changed = await session.scalars(
            update(Conversation)
            .where(*self._at(place))
            .values(human_since=since)
            .returning(Conversation.id)
        )
        return list(changed)

    async def said(
        self, session: Session, place: Place, *, external_id: str, name: str, text: str
    ) -> list[int]:
        """Keep what somebody of the staff wrote, as an answer to the customer's last message. The
        conversation's id; none when it is kept already, or nobody has written there yet."""
        conversation_id: int | None = await session.scalar(
            select(func.max(Conversation.id)).where(*self._at(place))
        )
        if conversation_id is None:
            return []
        answered = await session.scalar(
            select(func.max(InboxMessage.id)).where(InboxMessage.conversation_id == conversation_id)
        )
        now = self._clock.now()
        row = {
            "organisation_id": self._organisation_id, "conversation_id": conversation_id,
            "key": f"staff:{place.channel}:{external_id}"[:_KEY_LETTERS],
            "reply_to": answered, "text": text, "said_by": name[:_NAME_LETTERS],
            "status": OutboxStatus.sent, "external_id": external_id[:_ID_LETTERS],
            "created_at": now, "finished_at": now, "buttons": [], "shown": [], "attempts": 0,
            "resend": False, "in_doubt": False, "doubts": 0, "markdown": False, "transfer": False,
            "parts_sent": 0,
        }  # fmt: skip
        kept = await insert_or_ignore(session, OutboxMessage, row)
        return [] if kept is None else [conversation_id]

    async def refused(
        self, session: Session, place: Place, *, external_id: str, reason: str
    ) -> bool:
        """The platform took a message and could not deliver it after all; False when it is none of
        ours."""
        here = select(Conversation.id).where(*self._at(place))
        changed = await session.scalar(
            update(OutboxMessage)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.conversation_id.in_(here),
                OutboxMessage.external_id == external_id,
                OutboxMessage.status == OutboxStatus.sent,
            )
            .values(status=OutboxStatus.failed, error=reason)
            .returning(OutboxMessage.id)
        )
        return changed is not None

    def _at(self, place: Place) -> tuple[ColumnElement[bool], ...]:
        return (
            Conversation.organisation_id == self._organisation_id,
            Conversation.channel == place.channel,
            Conversation.bot == place.bot,
            Conversation.chat == place.chat,
        )
