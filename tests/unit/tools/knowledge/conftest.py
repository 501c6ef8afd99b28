"""A library on each database engine."""

import pytest

from storage.database import Database
from tests.builders.documents import Library, a_library
from tests.fakes.clock import FakeClock


@pytest.fixture
async def library(database: Database, clock: FakeClock) -> Library:
    return await a_library(database, clock)
