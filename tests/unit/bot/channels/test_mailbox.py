"""A new channel is one folder and one line in the registry: tests/mailbox is one."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.channels.configured import CHANNELS, Site, check_channels, open_channels
from bot.messages import Address, File
from bot.shelf import Shelf
from config.errors import AppError
from memory.connect import open_redis
from storage.cursors import Cursors
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.service import a_running_service, until
from tests.contracts.channel import ChannelContract, ChannelHarness
from tests.fakes.agent import FakeAgent
from tests.mailbox.channel import MailboxChannel, MailboxSettings, drop, letters
from tests.mailbox.running import OurSettings

REGISTRY = {**CHANNELS, "mailbox": "tests.mailbox.entry"}


class MailboxHarness:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.channel = MailboxChannel(MailboxSettings(folder=folder))
        self.here = Address(channel="mailbox", bot="mailbox", chat="李雷")
        self.failures: Mapping[type[AppError], Callable[[], object]] = {}

    async def user_says(self, text: str) -> None:
        drop(self._folder, "李雷", text)

    async def user_presses(self, label: str) -> None:
        (newest,) = [each for each in letters(self._folder) if label in each["buttons"]]
        drop(self._folder, "李雷", label, pressed=newest["buttons"][label])

    async def user_sends(self, file: File) -> None:
        drop(self._folder, "李雷", "", file=file)

    def delivered(self) -> str:
        return "\n".join(
            line
            for letter in letters(self._folder)
            for line in (letter["text"], *letter["files"], *letter["buttons"])
        )


class TestMailboxChannel(ChannelContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ChannelHarness:
        return MailboxHarness(tmp_path)


def a_mailbox(folder: Path) -> OurSettings:
    return OurSettings(mailbox=MailboxSettings(folder=folder))


async def test_one_line_in_the_registry_opens_it_and_a_whole_service_answers(
    database: Database, tmp_path: Path
) -> None:
    site = Site(shelf=Shelf(open_redis(None), 1), cursors=Cursors(database, 1))
    (channel,) = open_channels(a_mailbox(tmp_path), site, REGISTRY)
    here = Address(channel="mailbox", bot="mailbox", chat="李雷")
    drop(tmp_path, "李雷", "你好")
    async with a_running_service(channel, database, lambda _: here, FakeAgent()) as running:

        async def answered() -> bool:
            return bool(letters(tmp_path))

        await until(answered)
        assert await running.ended("李雷") == [OutboxStatus.sent]
    assert [(each["to"], each["text"]) for each in letters(tmp_path)] == [("李雷", "echo: 你好")]


async def test_the_doctor_looks_at_it(tmp_path: Path) -> None:
    (missing,) = await check_channels(a_mailbox(tmp_path / "no"), alone=True, known=REGISTRY)
    (there,) = await check_channels(a_mailbox(tmp_path), alone=True, known=REGISTRY)
    assert (missing.fine, there.fine) == (False, True)
