"""The emulator with a clock that stands and without limits, two members, and a database."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.builders.wecom_app import HAN, LI
from tests.emulators.wecom.server import WecomEmulator


@pytest.fixture
async def wecom() -> AsyncIterator[WecomEmulator]:
    async with WecomEmulator(scale=0, flood=0) as emulator:
        emulator.member(LI, "李雷")
        emulator.member(HAN, "韩梅梅")
        yield emulator


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """On SQLite alone: what the engines differ in is tested below the channels."""
    async with Database(sqlite_url) as opened:
        yield opened
