"""How a group is divided into conversations: one for each member, topic, or for all together."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.tables.group import GroupChat, Scope
from storage.tables.work import Conversation
from storage.upsert import insert_or_ignore, table_of

_GROUPS = table_of(GroupChat)
_AT = select(_GROUPS.c.id, _GROUPS.c.scope).where(
    _GROUPS.c.organisation_id == bindparam("organisation_id"),
    _GROUPS.c.channel == bindparam("channel"),
    _GROUPS.c.bot == bindparam("bot"),
    _GROUPS.c.chat == bindparam("chat"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where in a group a member's words belong: the `chat` and `member` of their conversation."""

    group_id: int | None
    chat: str
    member: str = ""


class Groups:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def seat(
        self, session: Session, *, channel: str, bot: str, group: str, chat: str, member: str
    ) -> Seat:
        """For what account `member` says in `chat`, which is all of `group` or a topic of it."""
        at = {
            "organisation_id": self._organisation_id, "channel": channel, "bot": bot, "chat": group,
        }  # fmt: skip
        found = (await session.execute(_AT, at)).one_or_none()
        if found is None:
            await insert_or_ignore(
                session, GroupChat, {**at, "scope": Scope.topic, "created_at": self._clock.now()}
            )
            found = (await session.execute(_AT, at)).one()
        match found.scope:
            case Scope.member:
                return Seat(group_id=found.id, chat=group, member=member)
            case Scope.group:
                return Seat(group_id=found.id, chat=group)
        return Seat(group_id=found.id, chat=chat)

    async def of(self, session: ReadSession, conversation_id: int) -> GroupChat | None:
        """The group that a conversation is in; None for a private chat."""
        found: GroupChat | None = await session.scalar(
            select(GroupChat)
            .join(Conversation, Conversation.group_id == GroupChat.id)
            .where(
                GroupChat.organisation_id == self._organisation_id,
                Conversation.id == conversation_id,
            )
        )
        return found

    async def move(self, session: Session, rows: Iterable[Conversation], chat: str) -> None:
        """The group of these conversations has another id; when it is known under that already, the
        two are one, divided as the old one was."""
        for group_id in {row.group_id for row in rows if row.group_id is not None}:
            old = await session.get_one(GroupChat, group_id)
            new = await session.scalar(
                select(GroupChat).where(
                    GroupChat.organisation_id == self._organisation_id,
                    GroupChat.channel == old.channel,
                    GroupChat.bot == old.bot,
                    GroupChat.chat == chat,
                )
            )
            if new is None:
                old.chat = chat
                continue
            new.scope = old.scope
            await session.execute(
                update(Conversation).where(Conversation.group_id == old.id).values(group_id=new.id)
            )
            await session.delete(old)
        await session.flush()
