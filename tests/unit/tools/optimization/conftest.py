"""A shop on the sandbox market, on each database engine."""

import pytest

from storage.database import Database
from tests.builders.campaigns import Shop, a_shop
from tests.builders.rules import Desk, a_desk
from tests.fakes.clock import FakeClock


@pytest.fixture
async def shop(database: Database, clock: FakeClock) -> Shop:
    return await a_shop(database, clock)


@pytest.fixture
async def desk(shop: Shop) -> Desk:
    return await a_desk(shop)
