"""A sales office on each database engine."""

import pytest

from storage.database import Database
from tests.builders.leads import SalesOffice, a_sales_office
from tests.fakes.clock import FakeClock


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> SalesOffice:
    return await a_sales_office(database, clock)
