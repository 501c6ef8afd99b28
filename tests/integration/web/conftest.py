"""A page with a whole service behind it, on SQLite unless several processes are meant."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.messages import Address
from storage.database import Database
from tests.builders.service import Running, a_running_service
from tests.builders.web import ServedPage, Visitor, a_visitor, a_web_channel
from tests.fakes.agent import FakeAgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    channel: ServedPage
    running: Running

    @property
    def url(self) -> str:
        return self.channel.url

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def visitor(self, as_: str = "") -> AbstractAsyncContextManager[Visitor]:
        return a_visitor(self.url, as_=as_)


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with Database(sqlite_url) as opened:
        yield opened


@pytest.fixture
def serve(database: Database, tmp_path: Path) -> Serve:
    """Serves the page; what is given are settings. A second time it is the same service again."""

    @asynccontextmanager
    async def open_(
        agent: FakeAgent | None = None, port: int = 0, **changed: Any
    ) -> AsyncIterator[Served]:
        channel = a_web_channel(database, tmp_path, **changed)
        channel.port = port
        async with a_running_service(channel, database, at, agent) as running:
            await channel.opened()
            yield Served(channel=channel, running=running)

    return open_


def at(visitor: str) -> Address:
    return Address(channel="web", bot="web", chat=visitor)
