"""The module over a shop with two creatives, on SQLite: what the engine could change is in
tests/integration/automation/test_engines.py."""

import pytest

from storage.database import Database
from tests.builders.automation import Desk, a_desk
from tests.fakes.clock import FakeClock


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def desk(database: Database, clock: FakeClock) -> Desk:
    desk = await a_desk(database, clock)
    await desk.shop.creative("Trial lesson")
    await desk.shop.creative("Open day", copy="Come and see us.")
    return desk
