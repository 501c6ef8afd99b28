"""The sandbox, bare and behind the retries, keeps the promises of an ad platform."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from storage.database import Database
from tests.contracts.ad_platform import AdPlatformContract, AdPlatformHarness
from tests.fakes.clock import FakeClock
from tests.unit.tools.campaigns.platforms.market import Market, open_market
from tools.campaigns.platforms.base import AdPlatform
from tools.campaigns.platforms.patient import PatientPlatform


class TestSandbox(AdPlatformContract):
    @pytest.fixture
    async def harness(self, database: Database, clock: FakeClock) -> AdPlatformHarness:
        return await open_market(database, clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PatientHarness:
    market: Market
    platform: AdPlatform

    def now(self) -> datetime:
        return self.market.now()

    async def days_pass(self, days: int) -> None:
        await self.market.days_pass(days)

    async def another_account(self) -> AdPlatform:
        return PatientPlatform(await self.market.another_account())


class TestPatientSandbox(AdPlatformContract):
    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url

    @pytest.fixture
    async def harness(self, database: Database, clock: FakeClock) -> AdPlatformHarness:
        market = await open_market(database, clock)
        return _PatientHarness(market=market, platform=PatientPlatform(market.platform))
