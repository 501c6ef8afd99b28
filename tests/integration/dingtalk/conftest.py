"""The emulator with a clock that stands and without limits, and a database for a whole service."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.builders.dingtalk import GROUP, GUEST, HAN, LI
from tests.emulators.dingtalk.server import DingtalkEmulator


@pytest.fixture
async def ding() -> AsyncIterator[DingtalkEmulator]:
    async with DingtalkEmulator(scale=0, flood=0) as emulator:
        emulator.user(LI, "李雷")
        emulator.user(HAN, "韩梅梅")
        emulator.user(GUEST, "访客", outsider=True)
        emulator.group(GROUP, "销售群")
        yield emulator


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """On SQLite alone: what the engines differ in is tested below the channels."""
    async with Database(sqlite_url) as opened:
        yield opened


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.dingtalk.stream._FIRST_RETRY", 0.01)
    monkeypatch.setattr("bot.channels.dingtalk.stream._KEEP_AGAIN", 0.01)
    monkeypatch.setattr("bot.channels.dingtalk.channel._FIRST_RETRY", 0.01)
