"""A reception for every test."""

import pytest

from storage.database import Database
from tests.builders.visits import Reception, a_reception
from tests.fakes.clock import FakeClock


@pytest.fixture
async def reception(database: Database, clock: FakeClock) -> Reception:
    return await a_reception(database, clock)
