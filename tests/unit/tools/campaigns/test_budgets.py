"""set_budget: amounts, shares, limits, and the world that moved on."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.errors import UserFacingError
from tests.builders.campaigns import Crash, Shop
from tools.campaigns.arguments import SetBudget
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.failures import (
    AdSetNotFound,
    BudgetTooSmall,
    BudgetUnchanged,
    CampaignDeleted,
    ChangedSinceProposal,
    NothingRuns,
    PartlyApplied,
    StepTooLarge,
    TooManyEdits,
)
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.errors import ErrorCode
from tools.result import Proposal


async def _propose(shop: Shop, **arguments: Any) -> Proposal:
    if "ad_set" not in arguments:
        arguments["campaign"] = "C-1"
    return await propose_budget(shop.context("inbox:1:0"), SetBudget(**arguments))


async def _set(shop: Shop, order_key: str, **arguments: Any) -> None:
    proposal = await _propose(shop, **arguments)
    await execute_budget(shop.context(order_key), proposal.plan)


async def _budgets(shop: Shop) -> list[str]:
    """On the platform, which must be what our own rows say."""
    campaign = await shop.campaigns.get("C-1")
    live = await shop.campaigns.live(campaign)
    assert [row.daily_budget for row in live.ad_sets] == [
        row.daily_budget for row in campaign.ad_sets
    ]
    return [f"{row.daily_budget:.2f}" for row in live.ad_sets]


@pytest.mark.parametrize(
    ("wish", "budgets"),
    [
        ({"daily_budget": Decimal(400)}, ["133.34", "133.33", "133.33"]),
        ({"change_percent": Decimal(20)}, ["120.00", "120.00", "120.00"]),
        ({"change_percent": Decimal(-30)}, ["70.00", "70.00", "70.00"]),
        ({"change_amount": Decimal("50.50")}, ["116.84", "116.83", "116.83"]),
        ({"change_amount": Decimal(-60)}, ["80.00", "80.00", "80.00"]),
    ],
)
async def test_a_campaigns_budget_is_spread_to_the_cent(
    shop: Shop, wish: dict[str, Decimal], budgets: list[str]
) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    await _set(shop, "approval:2", **wish)
    assert await _budgets(shop) == budgets
    total = sum(Decimal(budget) for budget in budgets)
    assert (await shop.campaigns.get("C-1")).daily_budget == total


async def test_shares_keep_their_proportion(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    await _set(shop, "approval:2", ad_set="A-1.1", daily_budget=Decimal(150))
    await _set(shop, "approval:3", change_percent=Decimal(10))
    assert await _budgets(shop) == ["165.00", "110.00", "110.00"]


async def test_ad_sets_that_are_switched_off_get_nothing_of_it(shop: Shop) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    off = campaign.ad_sets[2].external_id
    await shop.sandbox.set_ad_set_status(off, DeliveryStatus.paused)
    await _set(shop, "approval:2", daily_budget=Decimal(240))
    assert await _budgets(shop) == ["120.00", "120.00", "100.00"]


async def test_one_ad_set_alone_can_be_changed(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    await _set(shop, "approval:2", ad_set="A-1.3", change_percent=Decimal(-20))
    assert await _budgets(shop) == ["100.00", "100.00", "80.00"]


@pytest.mark.parametrize("percent", [40, -40])
async def test_the_cost_is_what_moves_in_either_direction(shop: Shop, percent: int) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    assert (await _propose(shop, change_percent=Decimal(percent))).daily_cost == 120


async def test_the_proposal_shows_before_and_after_and_changes_nothing(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, change_percent=Decimal(20))
    assert proposal.summary == "C-1 daily budget CN¥300 → CN¥360 (+20%)"
    assert proposal.lines == tuple(f"A-1.{n}: CN¥100 → CN¥120" for n in (1, 2, 3))
    assert await _budgets(shop) == ["100.00"] * 3


async def test_more_than_twenty_percent_comes_with_a_warning(shop: Shop) -> None:
    await shop.running_campaign()
    warning = shop.context().say("campaigns.budget.learning")
    assert warning not in (await _propose(shop, change_percent=Decimal(20))).lines
    assert warning in (await _propose(shop, change_percent=Decimal(21))).lines
    assert warning in (await _propose(shop, change_percent=Decimal(-21))).lines


async def test_a_step_above_half_is_refused_with_what_is_allowed(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    assert (await _propose(shop, change_percent=Decimal(50))).daily_cost == 150
    with pytest.raises(StepTooLarge) as caught:
        await _propose(shop, change_percent=Decimal(51))
    assert caught.value.key == "campaigns.step_too_large"
    assert caught.value.values["most"] == "CN¥450"


async def test_a_budget_at_most_doubles_within_a_day(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    await _set(shop, "approval:2", change_percent=Decimal(50))
    with pytest.raises(StepTooLarge) as caught:
        await _propose(shop, change_percent=Decimal(40))
    assert caught.value.key == "campaigns.day_too_large"
    assert caught.value.values["most"] == "CN¥600"
    await _set(shop, "approval:3", daily_budget=Decimal(600))
    shop.clock.advance(timedelta(hours=24))
    await _set(shop, "approval:4", change_percent=Decimal(50))
    assert await _budgets(shop) == ["300.00"] * 3


async def test_a_cut_is_never_too_large(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    await _set(shop, "approval:2", change_percent=Decimal(-80))
    assert await _budgets(shop) == ["20.00"] * 3


async def test_a_cut_is_allowed_even_from_a_height_that_a_raise_could_not_reach(
    shop: Shop,
) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    await _set(shop, "approval:2", ad_set="A-1.1", daily_budget=Decimal(110))
    await shop.sandbox.set_daily_budget(campaign.ad_sets[0].external_id, Decimal(900))
    await _set(shop, "approval:3", ad_set="A-1.1", daily_budget=Decimal(800))
    assert (await _budgets(shop))[0] == "800.00"


async def test_the_fifth_edit_within_an_hour_is_refused_until_the_hour_is_over(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    for edit in range(1, 5):
        shop.clock.advance(timedelta(minutes=1))
        await _set(shop, f"approval:{edit}", ad_set="A-1.1", daily_budget=Decimal(100 + edit))
    with pytest.raises(TooManyEdits) as caught:
        await _propose(shop, ad_set="A-1.1", daily_budget=Decimal(110))
    assert caught.value.values["at"] == "11:01"
    await _propose(shop, ad_set="A-1.2", daily_budget=Decimal(110))
    shop.clock.advance(timedelta(minutes=57))
    await _propose(shop, ad_set="A-1.1", daily_budget=Decimal(110))


async def test_limits_hold_again_when_the_plan_is_carried_out(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    waiting = await _propose(shop, ad_set="A-1.1", daily_budget=Decimal(101))
    for edit, budget in enumerate((101, 102, 103, 100), start=1):
        await _set(shop, f"approval:{edit}", ad_set="A-1.1", daily_budget=Decimal(budget))
    with pytest.raises(TooManyEdits):
        await execute_budget(shop.context("approval:10"), waiting.plan)


@pytest.mark.parametrize(
    ("wish", "least"),
    [
        ({"campaign": "C-1", "daily_budget": Decimal(20)}, "CN¥30"),
        ({"ad_set": "A-1.1", "change_percent": Decimal(-100)}, "CN¥10"),
        ({"campaign": "C-1", "change_amount": Decimal(-999)}, "CN¥30"),
    ],
)
async def test_below_the_minimum_is_refused_with_the_least_amount(
    shop: Shop, wish: dict[str, Any], least: str
) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    with pytest.raises(BudgetTooSmall) as caught:
        await propose_budget(shop.context(), SetBudget(**wish))
    assert caught.value.values["least"] == least


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"ad_set": "A-1.9", "daily_budget": Decimal(100)}, AdSetNotFound),
        ({"campaign": "C-1", "daily_budget": Decimal(300)}, BudgetUnchanged),
    ],
)
async def test_what_cannot_be_meant_is_said(
    shop: Shop, wish: dict[str, Any], error: type[UserFacingError]
) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    with pytest.raises(error):
        await propose_budget(shop.context(), SetBudget(**wish))


async def test_with_everything_switched_off_there_is_no_budget_to_spread(shop: Shop) -> None:
    campaign = await shop.campaign()
    for row in campaign.ad_sets:
        await shop.sandbox.set_ad_set_status(row.external_id, DeliveryStatus.paused)
    with pytest.raises(NothingRuns):
        await _propose(shop, change_percent=Decimal(10))


async def test_a_plan_is_refused_when_the_budget_changed_since(shop: Shop) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, change_percent=Decimal(20))
    await shop.sandbox.set_daily_budget(campaign.ad_sets[2].external_id, Decimal(90))
    with pytest.raises(ChangedSinceProposal) as caught:
        await execute_budget(shop.context("approval:2"), proposal.plan)
    assert caught.value.values == {"ref": "A-1.3", "seen": "CN¥100", "now": "CN¥90"}
    live = await shop.campaigns.live(campaign)
    assert [row.daily_budget for row in live.ad_sets] == [100, 100, 90]


async def test_a_plan_for_a_campaign_that_was_deleted_since_is_refused(shop: Shop) -> None:
    campaign = await shop.running_campaign()
    proposal = await _propose(shop, change_percent=Decimal(20))
    await shop.sandbox.set_status(campaign.external_id, DeliveryStatus.deleted)
    with pytest.raises(CampaignDeleted):
        await execute_budget(shop.context("approval:2"), proposal.plan)


async def test_the_same_plan_carried_out_twice_changes_budgets_once(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, change_percent=Decimal(50))
    await execute_budget(shop.context("approval:2"), proposal.plan)
    await execute_budget(shop.context("approval:2"), proposal.plan)
    assert await _budgets(shop) == ["150.00"] * 3


async def test_an_orders_own_edits_do_not_stop_it_from_running_again(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    for edit in (1, 2, 3):
        await _set(shop, f"approval:{edit}", ad_set="A-1.1", daily_budget=Decimal(100 + edit))
    proposal = await _propose(shop, ad_set="A-1.1", daily_budget=Decimal(120))
    await execute_budget(shop.context("approval:4"), proposal.plan)
    await execute_budget(shop.context("approval:4"), proposal.plan)
    assert (await _budgets(shop))[0] == "120.00"


async def test_a_crash_half_way_is_finished_by_the_same_order(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, change_percent=Decimal(50))
    with pytest.raises(Crash):
        await execute_budget(shop.dying("approval:2", after=2), proposal.plan)
    await execute_budget(shop.context("approval:2"), proposal.plan)
    assert await _budgets(shop) == ["150.00"] * 3


async def test_a_refusal_half_way_says_what_is_done_and_what_is_not(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, change_percent=Decimal(20))
    faults = shop.sandbox.faults
    faults.slow_down("set_daily_budget", timedelta())
    faults.refuse("set_daily_budget", ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED)
    with pytest.raises(PartlyApplied) as caught:
        await execute_budget(shop.context("approval:2"), proposal.plan)
    assert caught.value.values["done"] == "A-1.1"
    assert caught.value.values["left"] == "A-1.2, A-1.3"
    assert await _budgets(shop) == ["120.00", "100.00", "100.00"]


async def test_when_the_platform_falls_silent_half_way_the_order_may_be_finished(
    shop: Shop,
) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, change_percent=Decimal(20))
    faults = shop.sandbox.faults
    faults.slow_down("set_daily_budget", timedelta())
    faults.refuse("set_daily_budget", ErrorCode.SERVICE_UNAVAILABLE)
    first = await execute_budget(shop.context("approval:2"), proposal.plan)
    assert first.status == "retry"
    assert first.data == {"done": ["A-1.1"], "left": ["A-1.2", "A-1.3"]}
    second = await execute_budget(shop.context("approval:2"), proposal.plan)
    assert second.status == "ok"
    assert await _budgets(shop) == ["120.00"] * 3


async def test_a_lost_answer_is_read_back(shop: Shop) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, change_percent=Decimal(20))
    shop.sandbox.faults.lose_answer("set_daily_budget")
    await execute_budget(shop.context("approval:2"), proposal.plan)
    assert await _budgets(shop) == ["120.00"] * 3


async def test_orders_that_cross_leave_our_rows_as_the_platform_has_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.running_campaign(daily_budget=Decimal(300))
    more = await _propose(shop, change_percent=Decimal(20))
    less = await _propose(shop, change_percent=Decimal(-20))
    begun, done, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()
    set_budget = shop.sandbox.set_daily_budget

    async def answering_late(ad_set_id: str, amount: Decimal) -> None:
        if begun.is_set():
            await done.wait()
            await set_budget(ad_set_id, amount)
        else:
            begun.set()
            await asyncio.wait([second], timeout=0.2)
            await set_budget(ad_set_id, amount)
            done.set()
            await answered.wait()

    monkeypatch.setattr(shop.sandbox, "set_daily_budget", answering_late)
    first = asyncio.create_task(execute_budget(shop.context("approval:2"), more.plan))
    second = asyncio.create_task(execute_budget(shop.context("approval:3"), less.plan))
    await done.wait()
    await asyncio.wait([second], timeout=0.2)
    answered.set()
    await asyncio.gather(first, second, return_exceptions=True)
    assert await _budgets(shop) in (["120.00"] * 3, ["80.00"] * 3)
