"""What is changed on the platform itself is followed, kept and told; what a crash left there is
found, and sleeps."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from config.roles import Role
from storage.audit import AuditLog
from storage.database import Database
from storage.tables.campaign import BudgetChange, CampaignStatus
from storage.tables.trust import AuditEntry
from tests.builders.campaigns import Crash, Shop, a_shop, campaign_order
from tests.contracts.ad_platform import a_spec
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier
from tools.campaigns.arguments import GetCampaignStatus, ManageCampaign, SetBudget
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.creating import execute_creation
from tools.campaigns.jobs import sync
from tools.campaigns.limits_desk import show_limits
from tools.campaigns.managing import execute_management, propose_management
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.proposing import propose_creation
from tools.campaigns.status import get_campaign_status
from tools.context import Asker, ToolContext

ACTIVE, PAUSED, DELETED = DeliveryStatus.active, DeliveryStatus.paused, DeliveryStatus.deleted


@dataclass
class Desk:
    shop: Shop
    notifier: FakeNotifier = field(default_factory=FakeNotifier)

    def context(self, order_key: str = "job:1", **more: Any) -> ToolContext:
        given = {"notifier": self.notifier, "conversation_id": 0,
                 "asker": Asker(id=0, name="HuoKe", role=Role.manager)}  # fmt: skip
        return self.shop.context(order_key, **(given | more))

    async def syncs(self, hours: float = 1) -> None:
        self.shop.clock.advance(timedelta(hours=hours))
        await sync(self.context(f"job:{self.shop.clock.now()}"), {})

    @property
    def told(self) -> list[str]:
        return [text for text, _ in self.notifier.sent.values()]

    async def audit(self, event: str) -> list[AuditEntry]:
        async with self.shop.database.reading() as session:
            log = AuditLog(self.shop.organisation.id, self.shop.clock)
            latest = await log.latest(session, 50)
        return [entry for entry in reversed(latest) if entry.event == event]


@pytest.fixture
async def desk(sqlite_url: str, clock: FakeClock) -> Any:
    async with Database(sqlite_url) as database:
        yield Desk(await a_shop(database, clock))


async def test_a_raise_on_the_platform_is_followed_kept_and_told_once(desk: Desk) -> None:
    campaign = await desk.shop.running_campaign()
    first = campaign.ad_sets[0]
    await desk.shop.sandbox.set_daily_budget(first.external_id, Decimal(180))
    await desk.syncs()
    await desk.syncs()
    assert [row.daily_budget for row in (await desk.shop.campaigns.get("C-1")).ad_sets] == [
        180, 100, 100,
    ]  # fmt: skip
    assert len(desk.told) == 1
    for part in ("C-1", "A-1.1", "¥100", "¥180", "¥380"):
        assert part in desk.told[0]
    [entry] = await desk.audit("campaign.outside")
    assert entry.details == {
        "who": "outside", "ref": "A-1.1", "field": "daily_budget", "before": "100.00",
        "after": "180.00",
    }  # fmt: skip
    async with desk.shop.database.reading() as session:
        edits = list(await session.scalars(select(BudgetChange)))
    [edit] = edits
    assert (edit.before, edit.after) == (Decimal(100), Decimal(180))
    assert edit.person_id is None


async def test_what_spends_less_or_is_deleted_outside_is_kept_without_an_alarm(desk: Desk) -> None:
    campaign = await desk.shop.running_campaign()
    sandbox = desk.shop.sandbox
    await sandbox.set_daily_budget(campaign.ad_sets[0].external_id, Decimal(60))
    await sandbox.set_ad_set_status(campaign.ad_sets[1].external_id, DELETED)
    await desk.syncs()
    await sandbox.set_status(campaign.external_id, DELETED)
    await desk.syncs()
    assert desk.told == []
    assert [entry.details["ref"] for entry in await desk.audit("campaign.outside")] == [
        "A-1.1", "A-1.2", "C-1",
    ]  # fmt: skip
    assert (await desk.shop.campaigns.get("C-1")).status is CampaignStatus.deleted


@pytest.mark.parametrize("look", ["status", "proposal"])
async def test_every_look_follows_the_platform(desk: Desk, look: str) -> None:
    campaign = await desk.shop.campaign()
    desk.shop.clock.advance(timedelta(minutes=1))
    await desk.shop.sandbox.set_status(campaign.external_id, ACTIVE)
    if look == "status":
        await get_campaign_status(desk.context(), GetCampaignStatus(campaign="C-1"))
    else:
        await propose_budget(desk.context(), SetBudget(campaign="C-1", change_percent=Decimal(5)))
    assert (await desk.shop.campaigns.get("C-1")).status is CampaignStatus.active
    assert len(desk.told) == 1
    assert (await show_limits(desk.context())).data["organisation"]["used"] == "300.00"


async def test_what_an_order_of_ours_did_before_it_died_is_not_anybody_elses(desk: Desk) -> None:
    await desk.shop.campaign()
    context = desk.shop.context("approval:5")
    order = ManageCampaign(campaign="C-1", action="start")
    plan = (await propose_management(context, order)).plan
    desk.shop.clock.advance(timedelta(minutes=1))
    with pytest.raises(Crash):
        await execute_management(desk.shop.dying("approval:5"), plan)
    await desk.syncs(hours=0.1)
    assert (await desk.shop.campaigns.get("C-1")).status is CampaignStatus.paused
    await desk.syncs()
    assert (await desk.shop.campaigns.get("C-1")).status is CampaignStatus.active
    assert (desk.told, await desk.audit("campaign.outside")) == ([], [])
    [entry] = await desk.audit("campaign.settled")
    assert entry.details["who"] == "approval:5"
    used = (await show_limits(desk.context())).data
    assert (used["organisation"]["used"], used["day"]["used"]) == ("300.00", "300.00")


async def test_our_own_changes_are_no_news(desk: Desk) -> None:
    await desk.shop.running_campaign()
    context = desk.shop.context("approval:6")
    order = SetBudget(campaign="C-1", change_percent=Decimal(20))
    await execute_budget(context, (await propose_budget(context, order)).plan)
    await desk.syncs()
    assert (desk.told, await desk.audit("campaign.outside")) == ([], [])


async def test_a_create_that_died_is_found_and_taken_in_paused(desk: Desk) -> None:
    await desk.shop.creative()
    proposal = await propose_creation(desk.shop.context(), campaign_order(name="Autumn"))
    with pytest.raises(Crash):
        await execute_creation(desk.shop.dying("approval:7"), proposal.plan)
    await desk.syncs(hours=0.1)
    assert (await desk.shop.campaigns.list(), desk.told) == ([], [])
    await desk.syncs()
    await desk.syncs()
    [campaign] = await desk.shop.campaigns.list()
    assert (campaign.name, campaign.status) == ("Autumn", CampaignStatus.paused)
    assert [len(row.ads) for row in campaign.ad_sets] == [1, 1, 1]
    assert len(desk.told) == 1
    assert "C-1" in desk.told[0]
    # Its own order may still be taken up: it finds the same campaign.
    result = await execute_creation(desk.shop.context("approval:7"), proposal.plan)
    assert result.data["campaign"] == "C-1"


async def test_a_marked_campaign_of_somebody_else_is_told_and_left_alone(desk: Desk) -> None:
    sandbox = desk.shop.sandbox
    await sandbox.create_campaign(a_spec(name="Sleeping"), key="not-ours-1")
    running = await sandbox.create_campaign(a_spec(name="Running"), key="not-ours-2")
    await sandbox.set_status(running.external_id, ACTIVE)
    await desk.syncs()
    await desk.syncs()
    assert len(desk.told) == 2
    assert "Sleeping" in desk.told[0]
    assert "正在投放" in desk.told[1]
    assert (await sandbox.get_campaign(running.external_id)).status is ACTIVE


async def test_what_was_ordered_here_and_runs_unseen_is_paused(desk: Desk) -> None:
    await desk.shop.creative()
    proposal = await propose_creation(desk.shop.context(), campaign_order())
    with pytest.raises(Crash):
        await execute_creation(desk.shop.dying("approval:8"), proposal.plan)
    [made] = await desk.shop.sandbox.marked_campaigns()
    await desk.shop.sandbox.set_status(made.external_id, ACTIVE)
    await desk.syncs(hours=0.5)
    assert (await desk.shop.sandbox.get_campaign(made.external_id)).status is PAUSED
    assert "已把它暂停" in desk.told[0]
