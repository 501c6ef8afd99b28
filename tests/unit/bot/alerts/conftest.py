"""The watched service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from config.roles import Role
from config.settings import Settings
from memory.connect import open_redis
from storage.database import Database
from tests.builders.alerts import House, a_setting
from tests.builders.notices import a_staff
from tests.fakes.clock import FakeClock


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    opened = open_redis(None)
    yield opened
    await opened.aclose()


@pytest.fixture
async def house(database: Database, clock: FakeClock, redis: Redis, tmp_path: Path) -> House:
    staff = await a_staff(database, clock)
    admin = await staff.joins("Chen", Role.admin)
    # Disks of whoever runs the tests may be full.
    settings = Settings(data_dir=tmp_path, alerts=a_setting("disk", threshold=101))
    return House(staff, admin, redis, settings)
