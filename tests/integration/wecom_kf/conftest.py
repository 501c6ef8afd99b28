"""The emulator with a clock that stands, two customers, one who serves, and a database."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.builders.wecom_kf import ServedKf
from tests.emulators.wecom.kf.people import Customer, Servicer
from tests.emulators.wecom.kf.server import WecomKfEmulator


@pytest.fixture
async def wecom() -> AsyncIterator[WecomKfEmulator]:
    async with WecomKfEmulator(scale=0) as emulator:
        yield emulator


@pytest.fixture
def zhao(wecom: WecomKfEmulator) -> Customer:
    return wecom.customer("赵敏")


@pytest.fixture
def lilei(wecom: WecomKfEmulator) -> Servicer:
    return wecom.servicer("lilei")


@pytest.fixture
async def channel(wecom: WecomKfEmulator) -> AsyncIterator[ServedKf]:
    """Opened, and not running."""
    async with ServedKf(wecom) as opened:
        yield opened


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """On SQLite alone: what the engines differ in is tested below the channels."""
    async with Database(sqlite_url) as opened:
        yield opened
