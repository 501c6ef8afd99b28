"""No order, approval, rule or undo makes more money run than the limits of spending allow."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.limits import SpendingLimits
from config.roles import Role
from storage.audit import AuditLog
from storage.tables.change import ChangeRecord
from storage.tables.trust import Approval, ApprovalStatus
from tests.builders.campaigns import Crash, Shop, campaign_order
from tests.builders.context import an_asker
from tests.builders.organisation import a_person
from tools.campaigns.arguments import ManageCampaign, SetBudget
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.failures import LimitReached
from tools.campaigns.limits_desk import set_limit, show_limits
from tools.campaigns.managing import execute_management, pause, propose_management
from tools.campaigns.platforms.errors import ErrorCode, PlatformUnavailable
from tools.campaigns.proposing import propose_creation
from tools.campaigns.undoing import undo_changes
from tools.context import ToolContext
from tools.result import Proposal
from tools.undo import last_change

PLENTY = Decimal(1_000_000)


def limited(shop: Shop, order_key: str = "approval:1", **limits: Any) -> ToolContext:
    """Only these limits; the others are far away."""
    given = dict.fromkeys(("person", "campaign", "day", "organisation"), PLENTY)
    given |= {name: Decimal(value) for name, value in limits.items()}
    return shop.context(order_key, limits=SpendingLimits(**given))


def one(name: str, limit: int) -> dict[str, Any]:
    return {name: limit}


async def start_plan(context: ToolContext, ref: str) -> dict[str, Any]:
    order = ManageCampaign(campaign=ref, action="start")
    return (await propose_management(context, order)).plan


async def raise_plan(context: ToolContext, ref: str, percent: int) -> dict[str, Any]:
    order = SetBudget(campaign=ref, change_percent=Decimal(percent))
    return (await propose_budget(context, order)).plan


async def running(shop: Shop) -> Decimal:
    """What the platform would spend in a day."""
    total = Decimal(0)
    for campaign in await shop.campaigns.list():
        live = await shop.campaigns.live(campaign)
        if live.status.value == "active":
            on = [row.daily_budget for row in live.ad_sets if row.status.value == "active"]
            total += sum(on, Decimal(0))
    return total


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"organisation": 599}, "organisation"), ({"day": 599}, "day"), ({"person": 599}, "person"),
    ],
)  # fmt: skip
async def test_a_start_beyond_a_limit_is_refused_with_what_it_is_and_who_may_change_it(
    shop: Shop, limits: dict[str, Any], name: str
) -> None:
    async with shop.database.unit_of_work() as session:
        await a_person(session, shop.organisation, name="Chen", role=Role.admin)
    await shop.running_campaign("approval:a")
    await shop.campaign("approval:b")
    with pytest.raises(LimitReached) as caught:
        await start_plan(limited(shop, **limits), "C-2")
    said = shop.context().say(caught.value.key, **caught.value.values)
    assert caught.value.limit == name
    for part in ("CN¥599", "CN¥300", "CN¥299", "Chen", f"/limits set {name}"):
        assert part in said
    plan = await start_plan(limited(shop), "C-2")
    with pytest.raises(LimitReached):
        await execute_management(limited(shop, "approval:2", **limits), plan)
    assert await running(shop) == 300


async def test_a_raise_beyond_a_campaigns_limit_is_refused_although_it_does_not_run(
    shop: Shop,
) -> None:
    await shop.campaign()
    with pytest.raises(LimitReached) as caught:
        await raise_plan(limited(shop, campaign=359), "C-1", 20)
    assert caught.value.limit == "campaign"
    assert await raise_plan(limited(shop, campaign=360), "C-1", 20)


async def test_a_campaign_that_could_never_be_started_is_not_created(shop: Shop) -> None:
    await shop.creative()
    order = campaign_order(daily_budget=Decimal(500))
    for name in ("campaign", "organisation", "day", "person"):
        with pytest.raises(LimitReached):
            await propose_creation(limited(shop, **one(name, 499)), order)
    assert await propose_creation(limited(shop, campaign=500), order)


async def test_two_approvals_that_are_fine_alone_do_not_both_pass(shop: Shop) -> None:
    await shop.campaign("approval:a")
    await shop.campaign("approval:b")
    plans = [await start_plan(limited(shop, organisation=500), ref) for ref in ("C-1", "C-2")]
    ended = await asyncio.gather(
        *(
            execute_management(limited(shop, f"approval:{number}", organisation=500), plan)
            for number, plan in enumerate(plans, start=1)
        ),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in ended) == ["LimitReached", "ToolResult"]
    assert await running(shop) == 300


async def test_what_spends_less_passes_every_limit(shop: Shop) -> None:
    await shop.running_campaign()
    tight = limited(shop, "inbox:1", person=1, campaign=1, day=1, organisation=1)
    plan = await raise_plan(tight, "C-1", -10)
    await execute_budget(tight, plan)
    await pause(replace(tight, order_key="inbox:2"), ManageCampaign(campaign="C-1", action="pause"))
    assert await running(shop) == 0


async def test_taking_a_pause_back_passes_the_limits_too(shop: Shop) -> None:
    await shop.running_campaign()
    await pause(shop.context("inbox:1"), ManageCampaign(campaign="C-1", action="pause"))
    async with shop.database.reading() as session:
        record = await last_change(session, shop.context())
    assert isinstance(record, ChangeRecord)
    with pytest.raises(LimitReached):
        await undo_changes(limited(shop, "inbox:2", organisation=299), record)
    assert isinstance(await undo_changes(limited(shop, "inbox:2"), record), Proposal)


async def test_what_the_platform_refused_is_given_back(shop: Shop) -> None:
    await shop.campaign()
    context = limited(shop, day=300)
    plan = await start_plan(context, "C-1")
    shop.sandbox.faults.refuse("set_status", ErrorCode.SERVICE_UNAVAILABLE)
    with pytest.raises(PlatformUnavailable):
        await execute_management(context, plan)
    await execute_management(replace(context, order_key="approval:2"), plan)
    assert await running(shop) == 300


async def test_an_order_that_died_half_way_is_finished_and_counts_once(shop: Shop) -> None:
    await shop.campaign()
    context = limited(shop, day=300, organisation=300)
    plan = await start_plan(context, "C-1")
    dying = replace(shop.dying("approval:1"), limits=context.limits)
    with pytest.raises(Crash):
        await execute_management(dying, plan)
    # It runs at the platform already: nobody else may take its place.
    await shop.campaign("approval:b")
    with pytest.raises(LimitReached):
        await start_plan(replace(context, order_key="approval:2"), "C-2")
    await execute_management(context, plan)
    await execute_management(context, plan)
    used = (await show_limits(context)).data
    assert (used["day"]["used"], used["organisation"]["used"]) == ("300.00", "300.00")


async def test_it_counts_for_whoever_asked_and_not_for_whoever_agreed(shop: Shop) -> None:
    await shop.campaign()
    async with shop.database.unit_of_work() as session:
        other = await a_person(session, shop.organisation, name="Liu")
        approval = Approval(
            organisation_id=shop.organisation.id, number=1, order_key="inbox:1:0",
            tool="manage_campaign", plan={}, plan_hash="", summary="", lines=[],
            daily_cost=Decimal(300), votes_needed=1, requested_by=other.id,
            conversation_id=shop.conversation, status=ApprovalStatus.approved,
            created_at=shop.clock.now(), expires_at=shop.clock.now(),
        )  # fmt: skip
        session.add(approval)
    context = limited(shop, f"approval:{approval.id}", person=300)
    await execute_management(context, await start_plan(context, "C-1"))
    theirs = replace(context, asker=an_asker(other))
    assert (await show_limits(context)).data["person"]["used"] == "0.00"
    assert (await show_limits(theirs)).data["person"]["used"] == "300.00"


async def test_a_day_later_there_is_room_again(shop: Shop) -> None:
    await shop.running_campaign()
    context = limited(shop, "approval:2", day=300)
    with pytest.raises(LimitReached):
        await raise_plan(context, "C-1", 20)
    shop.clock.advance(timedelta(hours=24, seconds=1))
    await execute_budget(context, await raise_plan(context, "C-1", 20))
    assert await running(shop) == 360


async def test_an_admin_moves_a_limit_and_the_audit_log_knows(shop: Shop) -> None:
    async with shop.database.unit_of_work() as session:
        admin = await a_person(session, shop.organisation, name="Chen", role=Role.admin)
    await shop.campaign()
    context = shop.context("inbox:1", asker=an_asker(admin))
    await set_limit(context, "organisation", "200")
    with pytest.raises(LimitReached):
        await start_plan(shop.context(), "C-1")
    await set_limit(context, "全部", "3万")
    assert await start_plan(shop.context(), "C-1")
    assert (await show_limits(context)).data["organisation"]["limit"] == "30000.00"
    await set_limit(context, "total", None)
    assert (await show_limits(context)).data["organisation"]["limit"] == "100000.00"
    async with shop.database.reading() as session:
        entries = await AuditLog(shop.organisation.id, shop.clock).latest(session, 3)
    assert [(entry.event, entry.details["after"], entry.person_id) for entry in entries] == [
        ("limit.reset", "100000.00", admin.id),
        ("limit.set", "30000.00", admin.id),
        ("limit.set", "200.00", admin.id),
    ]
