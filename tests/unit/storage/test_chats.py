"""Chats move, close and open again, and take what belongs to them along."""

import pytest
from sqlalchemy import select

from storage.chats import Chats
from storage.database import Database
from storage.inbox import Inbox, Place
from storage.outbox import Draft, Outbox
from storage.tables.organisation import Organisation
from storage.tables.work import Conversation, InboxMessage, OutboxMessage
from tests.builders.chats import a_conversation, a_message, a_place
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
def chats(organisation: Organisation, clock: FakeClock) -> Chats:
    return Chats(organisation.id, clock)


async def filled(database: Database, organisation: Organisation, chat: str) -> int:
    """A conversation in which something was said and something waits."""
    async with database.unit_of_work() as session:
        person = await a_person(session, organisation, name=chat)
        conversation = await a_conversation(session, organisation, chat=chat)
        await a_message(session, person, conversation, external_id=chat, text=f"said in {chat}")
        outbox = Outbox(organisation.id, FakeClock(), owner="a")
        draft = Draft(key=chat, conversation_id=conversation, text=f"waits in {chat}")
        await outbox.queue(session, draft)
        return conversation


async def move(database: Database, chats: Chats, chat: str, to: str) -> None:
    async with database.unit_of_work() as session:
        await chats.move(session, a_place(chat), to)


async def contents(database: Database, chat: str) -> list[str]:
    """All that was said or waits there."""
    async with database.reading() as session:
        found: list[str] = []
        for table in (InboxMessage, OutboxMessage):
            query = (
                select(table.text)
                .join(Conversation, Conversation.id == table.conversation_id)
                .where(Conversation.chat == chat)
                .order_by(table.id)
            )
            found += await session.scalars(query)
        return found


async def test_a_chat_with_a_new_id_is_the_same_conversation(
    database: Database, organisation: Organisation, chats: Chats
) -> None:
    conversation = await filled(database, organisation, "old")
    await move(database, chats, "old", "new")
    async with database.reading() as session:
        inbox = Inbox(organisation.id, FakeClock())
        assert await inbox.find_conversation(session, a_place("new")) == conversation
        assert await inbox.find_conversation(session, a_place("old")) is None
    assert await contents(database, "new") == ["said in old", "waits in old"]


async def test_a_chat_that_is_known_under_both_ids_becomes_one(
    database: Database, organisation: Organisation, chats: Chats
) -> None:
    await filled(database, organisation, "old")
    new = await filled(database, organisation, "new")
    await move(database, chats, "old", "new")
    assert await contents(database, "old") == []
    assert await contents(database, "new") == [
        "said in old", "said in new", "waits in old", "waits in new",
    ]  # fmt: skip
    async with database.reading() as session:
        inbox = Inbox(organisation.id, FakeClock())
        assert await inbox.find_conversation(session, a_place("new")) == new


async def test_it_may_be_told_twice(
    database: Database, organisation: Organisation, chats: Chats
) -> None:
    await filled(database, organisation, "old")
    for _ in range(2):
        await move(database, chats, "old", "new")
    assert await contents(database, "new") == ["said in old", "waits in old"]


async def test_a_chat_that_nobody_knows_moves_nothing(
    database: Database, organisation: Organisation, chats: Chats
) -> None:
    await filled(database, organisation, "other")
    await move(database, chats, "old", "new")
    assert await contents(database, "other") == ["said in other", "waits in other"]


async def test_a_chat_of_the_same_id_elsewhere_stays_where_it_is(
    database: Database, organisation: Organisation, chats: Chats
) -> None:
    await filled(database, organisation, "old")
    async with database.unit_of_work() as session:
        for place in (
            Place(channel="another", bot="bot", chat="old"),
            Place(channel="test", bot="another", chat="old"),
        ):
            await chats.move(session, place, "new")
            await chats.close(session, place)
    assert await contents(database, "old") == ["said in old", "waits in old"]
    assert not await is_closed(database, "old")


async def is_closed(database: Database, chat: str) -> bool:
    async with database.reading() as session:
        query = select(Conversation.closed_at).where(Conversation.chat == chat)
        return await session.scalar(query) is not None


async def test_a_closed_chat_opens_when_somebody_writes(
    database: Database, organisation: Organisation, chats: Chats
) -> None:
    await filled(database, organisation, "chat")
    async with database.unit_of_work() as session:
        await chats.close(session, a_place("chat"))
    assert await is_closed(database, "chat")
    async with database.unit_of_work() as session:
        await a_conversation(session, organisation, chat="chat")
    assert not await is_closed(database, "chat")


async def test_a_closed_chat_that_moves_is_open(
    database: Database, organisation: Organisation, chats: Chats
) -> None:
    await filled(database, organisation, "old")
    async with database.unit_of_work() as session:
        await chats.close(session, a_place("old"))
    await move(database, chats, "old", "new")
    assert not await is_closed(database, "new")
