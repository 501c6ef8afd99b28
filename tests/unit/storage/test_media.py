"""A content is kept once, for as long as the settings say, and goes with the last who sent it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.inbox import Inbox
from storage.media import content_of, drop_old, files_of_people, forget_files
from storage.outbox import File
from storage.tables.media import Media
from storage.tables.organisation import Organisation, Person
from storage.tables.work import InboxFile, InboxMessage
from tests.builders.chats import a_conversation, a_place
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock


class Store:
    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.organisation: Organisation
        self.person: Person
        self._conversation = 0

    async def open(self) -> None:
        async with self.database.unit_of_work() as session:
            self.organisation = await an_organisation(session)
            self.person = await a_person(session, self.organisation)
            self._conversation = await a_conversation(session, self.organisation, self.person)

    async def comes(self, id_: str, *contents: bytes) -> None:
        files = [
            File(name=f"{id_}-{number}", media_type="text/plain", content=content)
            for number, content in enumerate(contents)
        ]
        async with self.database.unit_of_work() as session:
            await Inbox(self.organisation.id, self.clock).put(
                session, place=a_place(), external_id=id_, conversation_id=self._conversation,
                person_id=self.person.id, text="see", files=files,
            )  # fmt: skip

    async def contents(self) -> list[bytes]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Media.content).order_by(Media.id)))

    async def files(self) -> list[tuple[str, bytes | None]]:
        async with self.database.reading() as session:
            rows = (await session.scalars(select(InboxFile).order_by(InboxFile.id))).all()
            return [
                (row.name, await content_of(session, self.organisation.id, row.id)) for row in rows
            ]


@pytest.fixture
async def store(database: Database, clock: FakeClock) -> Store:
    store = Store(database, clock)
    await store.open()
    return store


async def test_the_same_content_is_kept_once(store: Store) -> None:
    await store.comes("a", b"one", b"two")
    await store.comes("b", b"one")
    assert await store.contents() == [b"one", b"two"]
    assert await store.files() == [("a-0", b"one"), ("a-1", b"two"), ("b-0", b"one")]


async def test_what_came_last_long_ago_is_forgotten_and_keeps_its_name(store: Store) -> None:
    await store.comes("a", b"one", b"two")
    store.clock.advance(timedelta(days=10))
    await store.comes("b", b"one")
    async with store.database.unit_of_work() as session:
        before = store.clock.now() - timedelta(days=5)
        assert await drop_old(session, store.organisation.id, before) == 1
    assert await store.files() == [("a-0", b"one"), ("a-1", None), ("b-0", b"one")]


async def test_to_forget_a_message_leaves_what_another_one_has(store: Store) -> None:
    await store.comes("a", b"one", b"two")
    await store.comes("b", b"one")
    async with store.database.unit_of_work() as session:
        first = await session.scalar(select(InboxMessage.id).order_by(InboxMessage.id).limit(1))
        assert first is not None
        await forget_files(session, store.organisation.id, [first])
    assert await store.contents() == [b"one"]
    assert await store.files() == [("", None), ("", None), ("b-0", b"one")]


async def test_the_newest_files_of_somebody_come_first(store: Store) -> None:
    await store.comes("a", b"one", b"two")
    await store.comes("b", b"three")
    async with store.database.reading() as session:
        found = await files_of_people(session, store.organisation.id, [store.person.id], 2)
        none = await files_of_people(session, store.organisation.id + 1, [store.person.id], 2)
    assert [(file.name, file.size) for file in found] == [("b-0", 5), ("a-1", 3)]
    assert none == []
