"""The spend watch stops what runs away, says so once, and goes on trying while it cannot."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from config.limits import SpendingLimits
from config.roles import Role
from storage.audit import AuditLog
from storage.database import Database
from storage.tables.job import Job
from storage.tables.work import Action
from tests.builders.campaigns import Shop, a_shop
from tests.builders.metrics import FiguresAsTold, daily
from tests.builders.organisation import a_person
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier, FakePlatforms
from tools.campaigns.arguments import ManageCampaign, SetBudget
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.managing import execute_management, propose_management
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.platforms.errors import ErrorCode
from tools.campaigns.watching import watch
from tools.context import Asker, ToolContext


@dataclass
class Desk:
    """C-1 runs with 100 a day for each ad set."""

    shop: Shop
    rows: list[AdMetrics] = field(default_factory=list)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    limits: SpendingLimits = field(default_factory=SpendingLimits)

    def context(self, order_key: str = "job:1", **more: Any) -> ToolContext:
        service = Asker(id=0, name="HuoKe", role=Role.manager)
        given = {
            "platforms": FakePlatforms(FiguresAsTold(self.shop.sandbox, self.rows)),
            "notifier": self.notifier, "limits": self.limits, "asker": service,
            "conversation_id": 0,
        }  # fmt: skip
        return self.shop.context(order_key, **(given | more))

    async def spends(self, amount: int, position: int = 0) -> None:
        """So far today, the first ad set when nothing else is said."""
        campaign = await self.shop.campaigns.get("C-1")
        today = self.shop.sandbox.today(self.shop.clock.now())
        row = campaign.ad_sets[position]
        self.rows[:] = [each for each in self.rows if each.ad_set_id != row.external_id]
        self.rows += daily(
            campaign, row, today, spend=amount, revenue=0, conversions=0, days=range(1)
        )

    async def watches(self, minutes: int = 15) -> None:
        self.shop.clock.advance(timedelta(minutes=minutes))
        await watch(self.context(f"job:{self.shop.clock.now()}"), {})

    async def live(self) -> str:
        live = await self.shop.campaigns.live(await self.shop.campaigns.get("C-1"))
        return " ".join([live.status.value, *(row.status.value for row in live.ad_sets)])

    async def starts_again(self) -> None:
        context = replace(self.shop.context(f"order:{self.shop.clock.now()}"))
        order = ManageCampaign(campaign="C-1", action="start")
        await execute_management(context, (await propose_management(context, order)).plan)

    @property
    def told(self) -> list[str]:
        return [text for text, _ in self.notifier.sent.values()]


@pytest.fixture
async def desk(sqlite_url: str, clock: FakeClock) -> Any:
    async with Database(sqlite_url) as database:
        shop = await a_shop(database, clock)
        async with database.unit_of_work() as session:
            await a_person(session, shop.organisation, name="Chen", role=Role.admin)
            await a_person(session, shop.organisation, name="Li", role=Role.agent)
        await shop.running_campaign()
        yield Desk(shop)


async def test_what_spends_beyond_its_cap_is_paused_and_told_once(desk: Desk) -> None:
    await desk.spends(150)
    await desk.watches()
    assert (await desk.live(), desk.told) == ("active active active active", [])
    await desk.spends(151)
    await desk.watches()
    await desk.watches()
    assert await desk.live() == "active paused active active"
    assert len(desk.told) == 2  # the manager and the admin, not the agent
    for part in ("A-1.1", "¥151", "¥100", "¥150", "启动 C-1"):
        assert part in desk.told[0]
    async with desk.shop.database.reading() as session:
        last = await session.scalar(select(Action).order_by(Action.id.desc()).limit(1))
        entry = (await AuditLog(desk.shop.organisation.id, desk.shop.clock).latest(session, 1))[0]
    assert last is not None
    assert (last.request["before"], last.request["after"]) == ("active", "paused")
    assert "1.5" in last.request["why"]
    assert (entry.event, entry.details["ref"]) == ("spending.stopped", "A-1.1")


async def test_a_restart_allows_one_more_cap_and_not_more(desk: Desk) -> None:
    await desk.spends(160)
    await desk.watches()
    await desk.starts_again()
    await desk.spends(310)
    await desk.watches()
    assert await desk.live() == "active active active active"
    await desk.spends(311)
    await desk.watches()
    assert await desk.live() == "active paused active active"
    assert len(desk.told) == 4


async def test_a_budget_that_was_lowered_today_was_right_to_be_spent(desk: Desk) -> None:
    await desk.spends(140)
    context = desk.shop.context("approval:9")
    order = SetBudget(ad_set="A-1.1", change_percent=Decimal(-50))
    await execute_budget(context, (await propose_budget(context, order)).plan)
    await desk.watches()
    assert await desk.live() == "active active active active"


async def test_beyond_the_limit_for_all_everything_stops(desk: Desk) -> None:
    desk.limits = SpendingLimits(organisation=Decimal(300))
    for position in range(3):
        await desk.spends(101, position)
    await desk.watches()
    assert await desk.live() == "paused active active active"
    assert "¥303" in desk.told[0]
    assert "¥300" in desk.told[0]


async def test_a_platform_that_is_down_is_told_at_once_and_asked_until_it_stops(
    desk: Desk,
) -> None:
    await desk.spends(200)
    desk.shop.sandbox.faults.refuse("set_ad_set_status", ErrorCode.SERVICE_UNAVAILABLE, times=3)
    for _ in range(3):
        await desk.watches(minutes=1)
        assert await desk.live() == "active active active active"
    assert len(desk.told) == 2
    assert "没有执行暂停" in desk.told[0]
    async with desk.shop.database.reading() as session:
        jobs = list(await session.scalars(select(Job).where(Job.kind == "spending.watch")))
    assert len(jobs) == 3
    await desk.watches(minutes=1)
    assert await desk.live() == "active paused active active"
    assert len(desk.told) == 4
    await desk.watches()
    assert len(desk.told) == 4


async def test_who_cannot_see_for_an_hour_says_so_once(desk: Desk) -> None:
    silent = desk.shop.sandbox.faults

    async def one_look(minutes: int) -> None:
        silent.refuse("daily_metrics", ErrorCode.SERVICE_UNAVAILABLE)
        desk.shop.clock.advance(timedelta(minutes=minutes))
        bare = FakePlatforms(desk.shop.sandbox)
        await watch(desk.context(f"job:{desk.shop.clock.now()}", platforms=bare), {})

    await one_look(0)
    await one_look(45)
    assert desk.told == []
    await one_look(15)
    await one_look(15)
    assert len(desk.told) == 2
    assert "C-1" in desk.told[0]
    await desk.watches()
    await one_look(15)
    assert len(desk.told) == 2
