"""A sandbox whose time a test moves, and figures of it in few words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from config.settings import SandboxSettings
from storage.database import Database
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def market_clock(clock: FakeClock, *, day_seconds: float = 86_400) -> MarketClock:
    return MarketClock(clock, epoch=EPOCH, zone=SHANGHAI, day_seconds=day_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The harness of the contract, and what only the sandbox has."""

    database: Database
    clock: FakeClock
    platform: SandboxPlatform

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        return self.platform.today(self.clock.now())

    async def days_pass(self, days: float) -> None:
        self.clock.advance(timedelta(days=days))

    async def another_account(self) -> SandboxPlatform:
        return (await open_market(self.database, self.clock, slug="other")).platform


async def open_market(
    database: Database, clock: FakeClock, *, slug: str = "acme", seed: int = 7
) -> Market:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session, slug=slug)
    platform = SandboxPlatform(
        database, organisation.id, market_clock(clock), SandboxSettings(seed=seed)
    )
    return Market(database=database, clock=clock, platform=platform)


def spent(rows: Iterable[AdMetrics]) -> Decimal:
    return sum((row.spend for row in rows), Decimal(0))


def earned(rows: Iterable[AdMetrics]) -> Decimal:
    return sum((row.revenue for row in rows), Decimal(0))
