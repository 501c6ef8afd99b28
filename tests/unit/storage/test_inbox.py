"""The inbox keeps every message once, in order, and finds what nobody works on."""

import asyncio
from datetime import timedelta

import pytest

from storage.database import Database
from storage.inbox import Inbox
from storage.leases import Leases
from storage.tables.organisation import Organisation, Person
from storage.tables.work import InboxStatus
from tests.builders.chats import a_conversation, a_message, a_place
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
async def person(database: Database, organisation: Organisation) -> Person:
    async with database.unit_of_work() as session:
        return await a_person(session, organisation)


@pytest.fixture
async def conversation(database: Database, organisation: Organisation) -> int:
    async with database.unit_of_work() as session:
        return await a_conversation(session, organisation)


async def test_a_redelivered_message_is_kept_once(
    database: Database, person: Person, conversation: int
) -> None:
    async def deliver() -> bool:
        async with database.unit_of_work() as session:
            return await a_message(session, person, conversation, external_id="same")

    assert sorted(await asyncio.gather(*(deliver() for _ in range(5)))) == [False] * 4 + [True]


async def test_the_same_id_from_another_bot_is_another_message(
    database: Database, person: Person, conversation: int
) -> None:
    async with database.unit_of_work() as session:
        assert await a_message(session, person, conversation)
        elsewhere = a_place(channel="other")
        assert await a_message(session, person, conversation, place=elsewhere)


async def test_a_chat_is_one_conversation_even_when_two_messages_open_it(
    database: Database, organisation: Organisation
) -> None:
    async def open_it() -> int:
        async with database.unit_of_work() as session:
            return await a_conversation(session, organisation, chat="new")

    assert len(set(await asyncio.gather(*(open_it() for _ in range(4))))) == 1


async def test_messages_are_worked_on_in_the_order_they_came(
    database: Database, person: Person, conversation: int, clock: FakeClock
) -> None:
    inbox = Inbox(person.organisation_id, clock)
    async with database.unit_of_work() as session:
        for number in (1, 2):
            await a_message(
                session, person, conversation, external_id=str(number), text=f"text {number}"
            )
        first = await inbox.oldest_open(session, conversation)
        assert first is not None
        assert (first.text, first.attempts) == ("text 1", 1)
        await inbox.finish(session, first.id, InboxStatus.done)
        assert await inbox.any_open(session, conversation)
        second = await inbox.oldest_open(session, conversation)
        assert second is not None
        assert second.text == "text 2"
        await inbox.finish(session, second.id, InboxStatus.failed)
        assert not await inbox.any_open(session, conversation)


async def test_a_conversation_that_somebody_works_on_is_not_waiting_until_they_die(
    database: Database, person: Person, conversation: int, clock: FakeClock
) -> None:
    inbox = Inbox(person.organisation_id, clock)
    leases = Leases(database, owner="a", clock=clock, duration=timedelta(seconds=12))
    async with database.unit_of_work() as session:
        await a_message(session, person, conversation)
    async with database.reading() as reading:
        assert await inbox.waiting_conversations(reading, limit=10) == [conversation]
    async with database.unit_of_work() as session:
        await leases.take(session, conversation)
    async with database.reading() as reading:
        assert await inbox.waiting_conversations(reading, limit=10) == []
    clock.advance(timedelta(seconds=15))
    async with database.reading() as reading:
        assert await inbox.waiting_conversations(reading, limit=10) == [conversation]
