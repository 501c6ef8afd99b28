"""The web chat page keeps the promises of every channel."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from bot.messages import Address, File
from config.errors import AppError
from storage.database import Database
from tests.builders.organisation import an_organisation
from tests.builders.web import Sending, ServedPage, a_web_channel, kept
from tests.contracts.channel import ChannelContract, ChannelHarness

LI = "li"


class WebHarness:
    """Li's page; what Li says before there is a server waits in the browser."""

    def __init__(self, channel: ServedPage, path: Path) -> None:
        self.channel = channel
        self.here = Address(channel="web", bot="web", chat=LI)
        self._path = path
        self._browser = Sending(channel, LI)

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        return {}

    async def user_says(self, text: str) -> None:
        self._browser.say(text)

    async def user_presses(self, label: str) -> None:
        (key,) = [
            each.key
            for message in kept(self._path, LI)
            for each in message.buttons
            if each.label == label
        ]
        self._browser.say(label, pressed=key)

    async def user_sends(self, file: File) -> None:
        self._browser.say("", file)

    def delivered(self) -> str:
        return "\n".join(
            line
            for message in kept(self._path, LI)
            for line in (
                message.text,
                *(each.name for each in message.files),
                *(each.label for each in message.buttons),
            )
        )


class TestWebChannel(ChannelContract):
    @pytest.fixture
    async def harness(self, sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChannelHarness]:
        async with Database(sqlite_url) as database:
            async with database.unit_of_work() as session:
                organisation = await an_organisation(session)
            channel = a_web_channel(database, tmp_path, organisation_id=organisation.id)
            yield WebHarness(channel, tmp_path / "huoke.db")
