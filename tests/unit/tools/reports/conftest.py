"""An organisation whose reports are asked for."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.builders.campaigns import a_shop
from tests.fakes.clock import FakeClock
from tests.unit.tools.reports.office import Office


@pytest.fixture
async def office(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Office]:
    async with Database(sqlite_url) as database:
        yield Office(await a_shop(database, clock))
