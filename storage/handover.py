"""Chats that people of a platform serve in place of the agent, and what they say there."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select, update

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.inbox import Place
from storage.tables.case import Case, CaseMember, CaseStatus
from storage.tables.work import Conversation, InboxMessage, OutboxMessage, OutboxStatus
from storage.upsert import insert_or_ignore, table_of

_ROWS, _CASES, _MEMBERS = table_of(Conversation), table_of(Case), table_of(CaseMember)
_SERVED = select(
    _ROWS.c.channel,
    _ROWS.c.human_since,
    select(_CASES.c.id)
    .where(
        _CASES.c.organisation_id == _ROWS.c.organisation_id,
        _CASES.c.open_in == _ROWS.c.id,
        _CASES.c.status == CaseStatus.active,
        ~_CASES.c.by_platform,
    )
    .scalar_subquery()
    .label("case_id"),
    select(func.count())
    .select_from(_MEMBERS)
    .where(_MEMBERS.c.desk_id == _ROWS.c.id, _MEMBERS.c.left_at.is_(None))
    .scalar_subquery()
    .label("served_from_here"),
).where(_ROWS.c.id == bindparam("conversation"))
_NAME_LETTERS, _ID_LETTERS, _KEY_LETTERS = 120, 128, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where a conversation is held, whether people serve it, and whether it is staff of ours who do.
    `desk`: somebody of ours serves others from it."""

    channel: str
    by_people: bool
    by_staff: bool = False
    desk: bool = False


class Handovers:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def served(self, session: ReadSession, conversation_id: int) -> Served:
        row = (await session.execute(_SERVED, {"conversation": conversation_id})).one()
        return Served(
            channel=row.channel, by_people=row.human_since is not None,
            by_staff=row.case_id is not None, desk=row.served_from_here > 0,
        )  # fmt: skip

    async def change(self, session: Session, place: Place, *, people: bool) -> list[int]:
        """People serve this chat from now on, or no more; the ids of its conversations, none when
        nobody has written there yet."""
        since = func.coalesce(Conversation.human_since, self._clock.now()) if people else None
        changed = await session.scalars(
            update(Conversation)
            .where(*self._at(place), ~_served_by_staff())
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

    async def customer_of(self, session: ReadSession, conversation_id: int) -> int | None:
        """Whom a chat is with; who wrote last where there are several."""
        row = await session.get_one(Conversation, conversation_id)
        if row.person_id is not None:
            return row.person_id
        wrote: int | None = await session.scalar(
            select(InboxMessage.person_id)
            .where(InboxMessage.conversation_id == conversation_id)
            .order_by(InboxMessage.id.desc())
            .limit(1)
        )
        return wrote

    def _at(self, place: Place) -> tuple[ColumnElement[bool], ...]:
        return (
            Conversation.organisation_id == self._organisation_id,
            Conversation.channel == place.channel,
            Conversation.bot == place.bot,
            Conversation.chat == place.chat,
        )


def _served_by_staff() -> ColumnElement[bool]:
    """Our own staff serves it, and says when that ends."""
    return (
        select(Case.id)
        .where(
            Case.organisation_id == Conversation.organisation_id,
            Case.open_in == Conversation.id,
            Case.status == CaseStatus.active,
            ~Case.by_platform,
        )
        .exists()
    )
