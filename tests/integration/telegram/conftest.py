"""The emulator with a clock that stands and without limits, and a database for a whole service."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.emulators.telegram.server import TelegramEmulator


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(scale=0, flood=0) as emulator:
        yield emulator


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """On SQLite alone: what the engines differ in is tested below the channels."""
    async with Database(sqlite_url) as opened:
        yield opened
