"""A help desk on each database engine."""

import pytest

from storage.database import Database
from tests.builders.tickets import HelpDesk, a_help_desk
from tests.fakes.clock import FakeClock


@pytest.fixture
async def desk(database: Database, clock: FakeClock) -> HelpDesk:
    """It is Wednesday, 10:00."""
    return await a_help_desk(database, clock)
