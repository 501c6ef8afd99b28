"""Where a person can be told something: their private chats, the one they want first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from storage.database import ReadSession, Session
from storage.tables.organisation import Account, Person
from storage.tables.work import Conversation, InboxMessage
from tools.people.errors import NoPrivateChat
from tools.people.service import PeopleService


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateChat:
    conversation_id: int
    channel: str


async def private_chats(
    session: ReadSession, organisation_id: int, person_id: int, served: Collection[str]
) -> list[PrivateChat]:
    """Those that are open, on the channels that are `served` (on any, as long as none is): first
    the channel that the person chose, then where they wrote last."""
    last = (
        select(func.max(InboxMessage.id))
        .where(InboxMessage.conversation_id == Conversation.id)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Conversation.id, Conversation.channel)
        .join(Person, Person.id == Conversation.person_id)
        .where(
            Conversation.organisation_id == organisation_id,
            Conversation.person_id == person_id,
            Conversation.closed_at.is_(None),
        )
        .order_by(
            func.coalesce(Conversation.channel == Person.notices_channel, False).desc(),
            func.coalesce(last, 0).desc(),
            Conversation.id.desc(),
        )
    )
    return [
        PrivateChat(conversation_id=row.id, channel=row.channel)
        for row in rows
        if not served or row.channel in served
    ]


async def choose_channel(
    session: Session, organisation_id: int, person_id: int, channel: str | None,
    reached: Sequence[str],
) -> None:  # fmt: skip
    """Where the person wants notices from now on, one of those on which they are `reached`; None is
    where they wrote last. Raises NoPrivateChat."""
    if channel is not None and channel not in reached:
        raise NoPrivateChat(channel, reached)
    person = await PeopleService(session, organisation_id).get(person_id)
    person.notices_channel = channel


async def accounts_of(
    session: ReadSession, organisation_id: int, person_id: int
) -> list[tuple[str, str]]:
    """Channel and the platform's id of every account of a person, as they were bound."""
    rows = await session.execute(
        select(Account.channel, Account.external_id)
        .where(Account.organisation_id == organisation_id, Account.person_id == person_id)
        .order_by(Account.id)
    )
    return [(row.channel, row.external_id) for row in rows]
