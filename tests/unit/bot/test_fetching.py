"""Files that a platform keeps for us are fetched at once, and before the turn that needs them."""

import asyncio

import pytest
from sqlalchemy import select

from bot.fetching import Fetcher
from bot.messages import File, RemoteFile, fetched
from config.errors import AppError, PermanentError, TransientError
from config.media import MediaSettings
from storage.database import Database
from storage.inbox import GONE, REFUSED, Inbox
from storage.media import content_of
from storage.tables.organisation import Organisation
from storage.tables.work import InboxFile, InboxMessage
from tests.builders.chats import a_conversation, a_place
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock


class Post:
    """A message with files, in a conversation on a channel of the test's."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.inbox = Inbox(organisation.id, FakeClock())
        self.channel = FakeChannel("test")
        self.fetcher = Fetcher(database, self.inbox, {"test": self.channel}, MediaSettings())
        self._organisation = organisation
        self._conversation = 0

    async def comes(self, *files: RemoteFile) -> None:
        async with self.database.unit_of_work() as session:
            person = await a_person(session, self._organisation)
            self._conversation = await a_conversation(session, self._organisation, person)
            await self.inbox.put(
                session, place=a_place(), external_id="1", conversation_id=self._conversation,
                person_id=person.id, text="see", files=files,
            )  # fmt: skip

    async def fetch(self) -> None:
        async with self.database.reading() as session:
            message = (await session.scalars(select(InboxMessage.id))).one()
            files = await self.inbox.files(session, message)
        await self.fetcher.complete(self._conversation, files)

    async def soon(self) -> None:
        """What is done when a message is kept, to its end."""
        self.fetcher.soon(self._conversation)
        async with asyncio.timeout(60):
            while self.fetcher._early:
                await asyncio.sleep(0.01)

    async def kept(self) -> list[tuple[str, str, bytes | None, str | None]]:
        async with self.database.reading() as session:
            rows = (await session.scalars(select(InboxFile).order_by(InboxFile.position))).all()
            return [
                (row.name, row.media_type,
                 await content_of(session, self._organisation.id, row.id), row.remote)
                for row in rows
            ]  # fmt: skip


def remote(name: str) -> RemoteFile:
    return RemoteFile(name=f"{name}.csv", media_type="text/csv", remote=name)


@pytest.fixture
async def post(database: Database) -> Post:
    async with database.unit_of_work() as session:
        return Post(database, await an_organisation(session))


async def test_what_is_missing_is_fetched_in_its_place(post: Post) -> None:
    post.channel.remote = {"a": b"first", "b": b"second"}
    await post.comes(remote("a"), remote("b"))
    await post.fetch()
    assert await post.kept() == [
        ("a.csv", "text/csv", b"first", None), ("b.csv", "text/csv", b"second", None),
    ]  # fmt: skip


async def test_what_is_here_is_not_fetched_again(post: Post) -> None:
    post.channel.remote = {"a": b"first"}
    await post.comes(remote("a"))
    await post.fetch()
    post.channel.remote.clear()
    await post.fetch()
    assert (await post.kept())[0][2] == b"first"


async def test_what_is_gone_keeps_its_name_and_the_rest_is_fetched(post: Post) -> None:
    post.channel.remote = {"b": b"second"}
    await post.comes(remote("a"), remote("b"))
    await post.fetch()
    assert await post.kept() == [
        ("a.csv", GONE, None, None), ("b.csv", "text/csv", b"second", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "raised"), [(TransientError("later"), TransientError), (PermanentError("no"), None)]
)
async def test_what_may_still_come_is_asked_for_again(
    post: Post, fault: AppError, raised: type[AppError] | None
) -> None:
    post.channel.remote = {"a": b"first"}
    post.channel.faults = [fault]
    await post.comes(remote("a"))
    if raised:
        with pytest.raises(raised):
            await post.fetch()
        assert (await post.kept())[0][3] == "a"
    await post.fetch()
    assert (await post.kept())[0][2] == (b"first" if raised else None)


async def test_what_is_no_such_thing_as_we_take_is_not_kept(post: Post) -> None:
    post.channel.remote = {"a": b"MZ\x00 a program"}
    await post.comes(remote("a"))
    await post.fetch()
    assert await post.kept() == [("a.csv", REFUSED, None, None)]


async def test_it_is_fetched_when_its_message_is_kept_and_asked_for_again_soon(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.fetching._PAUSES", (0.0, 0.0))
    post.channel.remote = {"a": b"first", "b": b"second"}
    post.channel.faults = [TransientError("later")]
    await post.comes(remote("a"), remote("b"))
    await post.soon()
    assert [(content, left) for _, _, content, left in await post.kept()] == [
        (b"first", None), (b"second", None),
    ]  # fmt: skip


async def test_a_file_is_fetched_once_by_all_who_need_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def download(file: RemoteFile) -> File:
        asked.append(file.remote)
        await asyncio.sleep(0)
        return fetched(file, b"first")

    monkeypatch.setattr(post.channel, "download", download)
    await post.comes(remote("a"))
    await asyncio.gather(post.fetch(), post.soon(), post.fetch())
    assert asked == ["a"]


@pytest.mark.parametrize(
    ("told", "name", "media_type"),
    [
        ("表\x00.csv", "表\ufffd.csv", "text/csv"),
        ("", "a.csv", "text/csv"),
        ("x.exe", "x.exe", REFUSED),
    ],
)
async def test_a_file_is_called_what_the_platform_calls_it_in_the_end(
    post: Post, monkeypatch: pytest.MonkeyPatch, told: str, name: str, media_type: str
) -> None:
    async def download(file: RemoteFile) -> File:
        return File(name=told, media_type="text/csv", content=b"a,b")

    monkeypatch.setattr(post.channel, "download", download)
    await post.comes(remote("a"))
    await post.fetch()
    assert [kept[:2] for kept in await post.kept()] == [(name, media_type)]


async def test_a_channel_of_another_process_is_asked_there(post: Post) -> None:
    await post.comes(remote("a"))
    post.fetcher = Fetcher(post.database, post.inbox, {}, MediaSettings())
    with pytest.raises(TransientError):
        await post.fetch()


async def test_a_message_without_files_asks_for_nothing(post: Post) -> None:
    post.channel.faults = [TransientError("nobody may ask")]
    await post.comes()
    await post.fetch()
    assert post.channel.faults
