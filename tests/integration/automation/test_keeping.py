"""Every change of a campaign reaches the web platform, a real MCP server, wherever it was made."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from storage.database import Database
from storage.tables.campaign import Campaign
from storage.tables.job import Job
from tests.builders.automation import Desk, a_campaign_order, a_desk, a_rule_order, a_test_order
from tests.emulators.web_platform.server import TOKEN, WebPlatformServer
from tests.fakes.clock import FakeClock
from tools.automation.service import Keeper, handlers
from tools.automation.web_platform import WebPlatform
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, platform_error
from tools.campaigns.service import Change, ChangePlan, apply
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.optimization.service import check_now
from tools.optimization.service import handlers as optimization_jobs


async def at_once(seconds: float) -> None:
    """Nobody waits in a test."""


@dataclass(frozen=True)
class Town:
    """A desk whose campaigns are kept at a web platform."""

    desk: Desk
    server: WebPlatformServer
    web: WebPlatform

    def context(self, order_key: str = "chat:1") -> ToolContext:
        """As turns, rules and jobs have it."""
        shop = self.desk.shop
        keeper = Keeper(shop.organisation.id, shop.clock)
        return replace(
            shop.context(order_key, platforms=self.desk.platforms, notifier=self.desk.notifier),
            keeper=keeper,
        )

    async def job(self) -> Job:
        """The only one there is."""
        async with self.desk.shop.database.reading() as session:
            (job,) = await JobService.of(session, self.context()).of_kind("automation.save")
        return job

    async def work(self) -> int:
        """Do what is due; returns how much that was."""
        database = self.desk.shop.database
        async with database.unit_of_work() as session:
            jobs = JobService.of(session, self.context())
            due = [job for job in await jobs.due(10) if job.kind == "automation.save"]
            for job in due:
                await jobs.skip(session, job.key, due=job.due_at)
        for job in due:
            await handlers(self.web)[job.kind](self.context(), job.payload)
        return len(due)

    async def later(self, by: timedelta = timedelta(seconds=3)) -> int:
        self.desk.shop.clock.advance(by)
        return await self.work()

    async def is_kept(self, ref: str = "C-1") -> dict[str, Any]:
        """What is there is what we have; returns it."""
        campaign = await self.desk.shop.campaigns.get(ref)
        told = self.server.campaigns[ref]
        assert told["status"] == campaign.status.value
        assert {
            row["adset_id"]: (row["status"], row["daily_budget"]) for row in told["adsets"]
        } == {row.ref: (row.status.value, float(row.daily_budget)) for row in campaign.ad_sets}
        return told


@asynccontextmanager
async def a_town(sqlite_url: str) -> AsyncIterator[Town]:
    server = WebPlatformServer()
    async with server.running() as url, Database(sqlite_url) as database:
        desk = await a_desk(database, FakeClock())
        await desk.shop.creative()
        await desk.shop.creative()
        web = WebPlatform(url=url, token=SecretStr(TOKEN), sleep=at_once)
        desk.web = web
        yield Town(desk, server, web)


@asynccontextmanager
async def a_running_campaign(sqlite_url: str) -> AsyncIterator[tuple[Town, Campaign]]:
    """It is kept there already."""
    async with a_town(sqlite_url) as town:
        await town.desk.execute("create_campaign", a_campaign_order(target_roas=2, target_cpa=20))
        start = {"campaign_id": "C-1", "action": "start", "platform": "sandbox"}
        await town.desk.execute("manage_campaign", start)
        town.server.calls.clear()
        yield town, await town.desk.shop.campaigns.get("C-1")


async def budget(town: Town, campaign: Campaign, after: str, order_key: str = "chat:1") -> None:
    row = (await town.desk.shop.campaigns.get(campaign.ref)).ad_sets[0]
    change = Change(
        ref=row.ref, field="daily_budget", before=f"{row.daily_budget:.2f}", after=after
    )
    await apply(town.context(order_key), ChangePlan(campaign=campaign.ref, changes=(change,)))


async def by_chat(town: Town, campaign: Campaign) -> None:
    await budget(town, campaign, "40.00")


async def by_a_rule(town: Town, campaign: Campaign) -> None:
    order = a_rule_order(condition={
        "metric": "conversions", "operator": "less_than", "value": 5, "time_range": "7d",
    })  # fmt: skip
    await town.desk.execute("create_rule", order)
    town.desk.tell(campaign, (0, 0), (9, 900), (9, 900), days=7)
    await check_now(town.context("job:1"), town.desk.approvals, "R-1")
    assert (await town.desk.shop.campaigns.get("C-1")).ad_sets[0].status == "paused"


async def by_the_platform_itself(town: Town, campaign: Campaign) -> None:
    """Somebody paused it there, and a look finds that."""
    await town.desk.shop.sandbox.set_status(campaign.external_id, DeliveryStatus.paused)
    look = {"campaign_id": "C-1", "platform": "sandbox"}
    await town.desk.execute("get_campaign_status", look)
    assert (await town.desk.shop.campaigns.get("C-1")).status == "paused"


Changing = Callable[[Town, Campaign], Awaitable[None]]


@pytest.mark.parametrize("change", [by_chat, by_a_rule, by_the_platform_itself])
async def test_a_change_is_kept_whoever_made_it(sqlite_url: str, change: Changing) -> None:
    async with a_running_campaign(sqlite_url) as (town, campaign):
        await change(town, campaign)
        assert await town.later() == 1
        await town.is_kept()


async def test_what_a_program_changed_is_kept_at_once_and_not_again(
    sqlite_url: str,
) -> None:
    async with a_running_campaign(sqlite_url) as (town, campaign):
        town.desk.tell(campaign, (10, 100), (20, 900), (0, 0))
        order = {"campaign_id": "C-1", "target_metric": "roas"}
        answer = await town.desk.execute("optimize_budget", order)
        assert answer["web_platform"] == {"saved": True}
        await town.is_kept()
        assert town.server.calls == ["update_campaign"]
        assert await town.later() == 0


async def test_a_test_that_ends_is_kept_too(sqlite_url: str) -> None:
    async with a_town(sqlite_url) as town:
        await town.desk.execute("create_ab_test", a_test_order())
        assert (await town.is_kept())["status"] == "active"
        town.desk.shop.clock.advance(timedelta(days=7, minutes=1))
        jobs = optimization_jobs(town.desk.approvals)
        await jobs["experiments.finish"](town.context("job:2"), {"test": "T-1"})
        assert await town.later() == 1
        assert (await town.is_kept())["status"] == "paused"


async def test_many_changes_are_one_visit_and_the_last_state_wins(
    sqlite_url: str,
) -> None:
    async with a_running_campaign(sqlite_url) as (town, campaign):
        for number, amount in enumerate(("35.00", "36.00", "37.50"), start=1):
            await budget(town, campaign, amount, f"chat:{number}")
        assert await town.later() == 1
        assert town.server.calls == ["create_campaign"]
        assert (await town.is_kept())["adsets"][0]["daily_budget"] == 37.5


async def test_what_a_platform_missed_while_it_was_down_comes_when_it_is_back(
    sqlite_url: str,
) -> None:
    async with a_running_campaign(sqlite_url) as (town, campaign):
        town.server.down = 10_000
        await budget(town, campaign, "35.00", "chat:1")
        waits = []
        for _ in range(9):
            assert await town.later(timedelta(hours=1)) == 1
            due = (await town.job()).due_at
            assert due is not None
            waits.append((due - town.desk.shop.clock.now()) / timedelta(minutes=1))
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        await budget(town, campaign, "36.00", "chat:2")
        town.server.down = 0
        assert await town.later() == 1
        assert (await town.is_kept())["adsets"][0]["daily_budget"] == 36
        assert await town.later(timedelta(hours=2)) == 0


async def test_a_change_while_it_is_sent_is_sent_after_it(sqlite_url: str) -> None:
    """However long the first sending took, the older state is not what stays."""
    async with a_running_campaign(sqlite_url) as (town, campaign):
        sent: list[float] = []

        class Slow:
            async def create_campaign(self, kept: dict[str, Any]) -> None:
                sent.append(kept["adsets"][0]["daily_budget"])
                if len(sent) == 1:
                    await budget(town, campaign, "36.00", "chat:2")

            async def update_campaign(self, campaign_id: str, changes: dict[str, Any]) -> None:
                raise AssertionError("the job knows no action")

        await budget(town, campaign, "35.00", "chat:1")
        job = await town.job()
        await handlers(Slow())[job.kind](town.context(), job.payload)
        assert sent == [35, 36]


async def test_what_it_does_not_take_is_told_to_people(sqlite_url: str) -> None:
    """The job fails, which the admins hear of; it is not tried for ever."""
    async with a_running_campaign(sqlite_url) as (town, campaign):

        class Strict:
            async def create_campaign(self, kept: dict[str, Any]) -> None:
                raise platform_error(ErrorCode.MCP_INVALID_PARAMS, "web")

            async def update_campaign(self, campaign_id: str, changes: dict[str, Any]) -> None:
                raise AssertionError("the job knows no action")

        await budget(town, campaign, "35.00")
        job = await town.job()
        with pytest.raises(PlatformRefused):
            await handlers(Strict())[job.kind](town.context(), job.payload)


async def test_without_a_web_platform_nothing_is_kept_for_it(sqlite_url: str) -> None:
    async with Database(sqlite_url) as database:
        desk = await a_desk(database, FakeClock())
        campaign = await desk.shop.running_campaign(daily_budget=Decimal(90))
        async with database.reading() as session:
            jobs = JobService.of(session, desk.shop.context())
            assert await jobs.of_kind("automation.save") == []
        assert campaign.status == "active"
