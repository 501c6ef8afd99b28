"""The emulator with a clock that stands and without limits."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.configured import Site
from bot.shelf import Shelf
from memory.connect import open_redis
from storage.cursors import Cursors
from storage.database import Database
from tests.builders.wecom_bot_called import CalledDesk, a_called_desk
from tests.emulators.wecom.bot.server import WecomBotEmulator


@pytest.fixture
async def wecom() -> AsyncIterator[WecomBotEmulator]:
    async with WecomBotEmulator(scale=0, flood=0) as emulator:
        yield emulator


@pytest.fixture
async def moving() -> AsyncIterator[WecomBotEmulator]:
    """Its clock runs: it asks for a stream each 50 ms."""
    async with WecomBotEmulator(scale=20, flood=0) as emulator:
        yield emulator


@pytest.fixture
async def desk(moving: WecomBotEmulator) -> AsyncIterator[CalledDesk]:
    """In URL mode."""
    async with a_called_desk(moving) as opened:
        yield opened
        assert moving.ledger.of("violation") == []


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    """Of one process."""
    redis = open_redis(None)
    async with Database(sqlite_url) as database:
        yield Site(shelf=Shelf(redis, 1), cursors=Cursors(database, 1))
    await redis.aclose()
