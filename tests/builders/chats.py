"""Conversations and inbox rows for tests."""

from storage.database import Session
from storage.inbox import Inbox, Place
from storage.tables.organisation import Organisation, Person
from tests.fakes.clock import FakeClock


def a_place(chat: str = "chat", channel: str = "test") -> Place:
    return Place(channel=channel, bot="bot", chat=chat)


async def a_conversation(
    session: Session, organisation: Organisation, person: Person | None = None, chat: str = "chat"
) -> int:
    return await Inbox(organisation.id, FakeClock()).conversation(
        session, a_place(chat), private_with=person.id if person else None
    )


async def a_message(
    session: Session,
    person: Person,
    conversation_id: int,
    *,
    external_id: str = "m1",
    text: str = "hi",
    place: Place | None = None,
) -> bool:
    return await Inbox(person.organisation_id, FakeClock()).put(
        session, place=place or a_place(), external_id=external_id,
        conversation_id=conversation_id, person_id=person.id, text=text,
    )  # fmt: skip
