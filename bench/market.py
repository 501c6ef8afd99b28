"""How fast the sandbox answers, and how its market looks: `python -m bench.market`.

Figures of 10 ad sets with 3 ads each over 60 days, from a SQLite file; then the returns, costs
and conversion rates of 300 ad sets at 100 a day, and how far apart those of one campaign are.
"""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

import numpy as np

import storage.tables
from config.clock import SystemClock
from config.settings import SandboxSettings
from storage.database import Database
from storage.tables.base import Table
from storage.tables.organisation import Organisation
from tools.campaigns.platforms.base import (
    AdMetrics,
    AdSetSpec,
    AdSpec,
    CampaignSpec,
    DeliveryStatus,
    OptimizationGoal,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform

assert storage.tables
_AGES = ((18, 35), (36, 50), (51, 65))
_REPEATS = 30


def spec(ages: list[tuple[int, int]], creatives: int) -> CampaignSpec:
    refs = [f"CR-{number}" for number in range(1, creatives + 1)]
    return CampaignSpec(
        name="bench",
        objective="sales",
        ad_sets=tuple(
            AdSetSpec(
                name=f"CN {low}-{high}", countries=("CN",), age_min=low, age_max=high,
                daily_budget=Decimal(100), goal=OptimizationGoal.value,
                ads=tuple(AdSpec(creative_id=ref, name=ref, copy="Try it") for ref in refs),
            )
            for low, high in ages
        ),
    )  # fmt: skip


class Bench:
    def __init__(self, database: Database, organisation_id: int) -> None:
        zone = ZoneInfo("Asia/Shanghai")
        clock = MarketClock(SystemClock(), epoch=datetime(2026, 1, 1, tzinfo=UTC), zone=zone)
        self.platform = SandboxPlatform(database, organisation_id, clock, SandboxSettings())

    async def with_history(self, key: str, spec: CampaignSpec, days: int) -> PlatformCampaign:
        campaign = await self.platform.create_campaign(spec, key=key)
        await self.platform.set_status(campaign.external_id, DeliveryStatus.active)
        await self.platform.backdate(campaign.external_id, days)
        return campaign

    async def figures(self, campaign: PlatformCampaign) -> list[AdMetrics]:
        today = self.platform.today(datetime.now(UTC))
        return await self.platform.daily_metrics(
            [campaign.external_id], today - timedelta(days=90), today
        )

    async def latency(self) -> None:
        ages = [(18 + number, 30 + number) for number in range(10)]
        campaign = await self.with_history("big", spec(ages, creatives=3), days=60)
        times = []
        for _ in range(1 + _REPEATS):
            start = perf_counter()
            rows = await self.figures(campaign)
            times.append((perf_counter() - start) * 1_000)
        print(
            f"{len(rows)} rows: first {times[0]:.1f} ms, then {median(times[1:]):.1f} ms (median)"
        )

    async def market(self) -> None:
        values: dict[str, list[float]] = {"roas": [], "cpc": [], "cvr": [], "best/worst": []}
        for number in range(100):
            campaign = await self.with_history(f"m{number}", spec([*_AGES], creatives=2), days=30)
            rows = await self.figures(campaign)
            returns = []
            for ad_set in campaign.ad_sets:
                mine = [row for row in rows if row.ad_set_id == ad_set.external_id]
                spend, revenue, clicks, conversions = (
                    float(sum(getattr(row, name) for row in mine))
                    for name in ("spend", "revenue", "clicks", "conversions")
                )
                returns.append(revenue / spend)
                values["cpc"].append(spend / clicks)
                values["cvr"].append(conversions / clicks)
            values["roas"] += returns
            values["best/worst"].append(max(returns) / min(returns))
        print("percentiles      5     25     50     75     95")
        for name, found in values.items():
            print(
                f"{name:11}"
                + "".join(f"{v:7.3f}" for v in np.percentile(found, [5, 25, 50, 75, 95]))
            )


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Database(f"sqlite+aiosqlite:///{folder}/bench.db") as database:
            async with database.engine.begin() as connection:
                await connection.run_sync(Table.metadata.create_all)
            async with database.unit_of_work() as session:
                organisation = Organisation(
                    slug="bench", name="Bench", created_at=datetime.now(UTC)
                )
                session.add(organisation)
                await session.flush()
            bench = Bench(database, organisation.id)
            await bench.latency()
            await bench.market()


if __name__ == "__main__":
    asyncio.run(main())
