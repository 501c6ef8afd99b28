"""What stands on the page is forgotten with the person, and only that."""

import pytest
from sqlalchemy import func, select

from config.errors import TransientError
from storage.database import Database
from storage.inbox import Inbox
from storage.outbox import File
from storage.tables.media import Media
from storage.tables.organisation import Organisation
from storage.tables.web import WebFile, WebMessage
from storage.web import Saying, WebLog
from tests.builders.gateway import an_eraser
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tests.integration.web.conftest import at
from tools.people.service import bind

SHARED = File(name="价目.csv", media_type="text/csv", content=b"for all")
OWN = File(name="own.csv", media_type="text/csv", content=b"for one")


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
async def log(database: Database, organisation: Organisation, clock: FakeClock) -> WebLog:
    return WebLog(database, organisation.id, clock)


async def test_a_person_is_forgotten_and_the_others_keep_theirs(
    database: Database, organisation: Organisation, log: WebLog, clock: FakeClock
) -> None:
    ids = {}
    for name in ("li", "han"):
        async with database.unit_of_work() as session:
            person = await a_person(session, organisation, name=name)
            ids[name] = person.id
            inbox = Inbox(organisation.id, clock)
            await inbox.conversation(session, at(name), private_with=person.id)
            await bind(session, person, clock, channel="web", external_id=name)
        upload = await log.upload(name, f"{name}.txt", "text/plain", f"of {name}".encode())
        await log.append(
            name, Saying(key="1", mine=True, text=f"I am {name}", uploads=(upload.token,))
        )
        files = (SHARED, OWN) if name == "li" else (SHARED,)
        await log.append(name, Saying(key="2", mine=False, text=f"Hello {name}", files=files))
    await an_eraser(database, organisation.id, clock).erase(ids["li"], asked_by=ids["han"])
    assert await log.after("li", 0, 10) == []
    assert [each.text for each in await log.after("han", 0, 10)] == ["I am han", "Hello han"]
    async with database.reading() as session:
        texts = set(await session.scalars(select(WebMessage.text)))
        contents = set(await session.scalars(select(Media.content)))
        assert await session.scalar(select(func.count(WebFile.id))) == 2
    assert texts == {"I am han", "Hello han"}
    assert contents == {b"of han", b"for all"}
    # The browser goes on behind what it saw.
    assert await log.append("li", Saying(key="3", mine=True, text="again")) == 3


async def test_a_file_stands_in_one_message_only(log: WebLog) -> None:
    upload = await log.upload("li", "a.txt", "text/plain", b"a")
    for key in ("1", "2"):
        await log.append("li", Saying(key=key, mine=True, text=key, uploads=(upload.token,)))
    first, second = await log.after("li", 0, 10)
    assert [each.token for each in first.files] == [upload.token]
    assert second.files == []


async def test_visitors_of_another_organisation_are_others(
    database: Database, log: WebLog, clock: FakeClock
) -> None:
    async with database.unit_of_work() as session:
        other = await an_organisation(session, slug="other")
    theirs = WebLog(database, other.id, clock)
    upload = await log.upload("li", "a.txt", "text/plain", b"a")
    await log.append("li", Saying(key="1", mine=True, text="ours"))
    assert await theirs.after("li", 0, 10) == []
    assert await theirs.newest(["li"]) == {}
    assert await theirs.uploads("li", [upload.token]) == []
    assert await theirs.content(upload.token) is None


async def test_a_database_that_is_away_is_said_to_be(sqlite_url: str, clock: FakeClock) -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    async with nowhere:
        log = WebLog(nowhere, 1, clock)
        with pytest.raises(TransientError):
            await log.append("li", Saying(key="1", mine=True, text="x"))
        with pytest.raises(TransientError):
            await log.after("li", 0, 1)
