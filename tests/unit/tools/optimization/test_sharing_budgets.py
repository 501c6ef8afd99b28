"""optimize_budget with enough history: the curves move money that the rules leave, and say why."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from config.i18n import Language
from storage.database import Database
from tests.builders.campaigns import Shop, a_shop
from tests.builders.metrics import FiguresAsTold, daily
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakePlatforms
from tools.campaigns.arguments import SetBudget
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.service import budgets_of_days
from tools.context import ToolContext
from tools.optimization.ab_tests import execute_ab_test, propose_ab_test
from tools.optimization.arguments import CreateAbTest, OptimizeBudget
from tools.optimization.optimizing import (
    execute_optimization,
    optimize_budget,
    propose_optimization,
)

BY_ROAS = OptimizeBudget(campaign="C-1", target_metric="roas")
BY_CPA = OptimizeBudget(campaign="C-1", target_metric="cpa")


@pytest.fixture
async def shop(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Shop]:
    async with Database(sqlite_url) as database:
        yield await a_shop(database, clock)


async def _context(
    shop: Shop,
    *returns: tuple[int, int],
    days: int = 30,
    target_cpa: Decimal | None = None,
    language: Language = Language.en,
) -> ToolContext:
    """C-1 runs with 100 a day per ad set; each had these conversions and this revenue every day."""
    campaign = await shop.running_campaign(daily_budget=Decimal(300), target_cpa=target_cpa)
    today = shop.sandbox.today(shop.clock.now())
    rows: list[AdMetrics] = []
    for ad_set, (conversions, revenue) in zip(campaign.ad_sets, returns, strict=True):
        rows += daily(
            campaign, ad_set, today, spend=100, revenue=revenue, conversions=conversions,
            days=range(1, days + 1),
        )  # fmt: skip
    platforms = FakePlatforms(FiguresAsTold(shop.sandbox, rows))
    return shop.context("inbox:9:0", platforms=platforms, language=language)


async def test_without_targets_the_curves_move_money_under_the_same_total(shop: Shop) -> None:
    context = await _context(shop, (20, 1000), (10, 500), (2, 100))
    result = await optimize_budget(context, BY_ROAS)
    moves = [
        (each["ad_set"], each["action"], each["new_budget"])
        for each in result.data["optimizations"]
    ]
    assert moves == [
        ("A-1.3", "decrease_budget", "80.00"), ("A-1.1", "increase_budget", "120.00"),
    ]  # fmt: skip
    assert all(each["reason"] for each in result.data["optimizations"])
    assert result.data["method"] == "curves"
    assert "with CN¥300 in all as before" in result.text
    expected = result.data["expected"]
    assert expected["gain_low"] <= expected["after"] - expected["before"] <= expected["gain_high"]
    assert "with an 80% chance between" in result.text
    (picture,) = result.attachments
    assert picture.content.startswith(b"\x89PNG")


async def test_with_little_history_the_rules_decide_and_it_says_what_is_missing(
    shop: Shop,
) -> None:
    context = await _context(shop, (20, 1000), (10, 500), (2, 100), days=13)
    result = await optimize_budget(context, BY_ROAS)
    assert (result.data["method"], result.data["optimizations"]) == ("rules", [])
    assert "needs 14 days with spend and 50 conversions" in result.text
    assert result.attachments == ()


async def test_the_rules_come_first_and_their_savings_go_to_the_others(shop: Shop) -> None:
    context = await _context(
        shop, (0, 0), (4, 200), (10, 500), target_cpa=Decimal(20), language=Language.zh_cn
    )
    result = await optimize_budget(context, BY_CPA)
    told = [
        (each["ad_set"], each["action"], each["new_budget"])
        for each in result.data["optimizations"]
    ]
    assert told == [("A-1.1", "pause", "0.00"), ("A-1.3", "increase_budget", "120.00"),
                    ("A-1.2", "increase_budget", "120.00")]  # fmt: skip
    assert "A-1.1 暂停（省下 ¥100）" in result.text
    assert "总预算 ¥300 → ¥240" in result.text


async def test_what_is_shared_well_is_left_alone_and_that_is_said(shop: Shop) -> None:
    context = await _context(shop, (10, 500), (10, 500), (10, 500))
    result = await optimize_budget(context, BY_ROAS)
    assert result.data["optimizations"] == []
    assert "shared about right" in result.text


async def test_carried_out_it_goes_on_from_the_new_budgets(shop: Shop) -> None:
    context = await _context(shop, (20, 1000), (10, 500), (2, 100))
    proposal = await propose_optimization(context, BY_ROAS)
    assert proposal.attachments
    assert proposal.daily_cost == 40
    await execute_optimization(shop.context("approval:2"), proposal.plan)
    again = await optimize_budget(context, BY_ROAS)
    news = {each["ad_set"]: each["new_budget"] for each in again.data["optimizations"]}
    assert (news["A-1.1"], news["A-1.3"]) == ("144.00", "64.00")


async def test_what_was_edited_too_often_keeps_its_budget(shop: Shop) -> None:
    context = await _context(shop, (20, 1000), (10, 500), (2, 100))
    for edit, budget in enumerate((101, 102, 101, 100), start=1):
        change = SetBudget(ad_set="A-1.1", daily_budget=Decimal(budget))
        proposal = await propose_budget(context, change)
        await execute_budget(shop.context(f"approval:{edit}"), proposal.plan)
    result = await optimize_budget(context, BY_ROAS)
    moved = {each["ad_set"]: each["new_budget"] for each in result.data["optimizations"]}
    assert moved == {"A-1.3": "80.00", "A-1.2": "120.00"}


async def test_a_running_ab_test_keeps_its_budgets_equal(shop: Shop) -> None:
    await shop.creative("Trial")
    await shop.creative("Kids")
    order = CreateAbTest(
        creative_ids=["CR-1", "CR-2"], daily_budget=Decimal(200), duration_days=60,
        platform="sandbox",
    )  # fmt: skip
    proposal = await propose_ab_test(shop.context(), order)
    await execute_ab_test(shop.context("approval:7"), proposal.plan)
    campaign = await shop.campaigns.get("C-1")
    today = shop.sandbox.today(shop.clock.now())
    rows = [
        row
        for ad_set, conversions in zip(campaign.ad_sets, (20, 2), strict=True)
        for row in daily(
            campaign, ad_set, today, spend=100, revenue=50 * conversions, conversions=conversions,
            days=range(1, 31),
        )
    ]  # fmt: skip
    platforms = FakePlatforms(FiguresAsTold(shop.sandbox, rows))
    result = await optimize_budget(shop.context("inbox:9:0", platforms=platforms), BY_ROAS)
    assert result.data["optimizations"] == []
    assert "T-1 is testing with this campaign" in result.text


async def test_every_day_has_the_budget_with_which_it_ended(shop: Shop) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    first = shop.sandbox.today(shop.clock.now())
    shop.clock.advance(timedelta(days=2))
    change = SetBudget(ad_set="A-1.1", daily_budget=Decimal(120))
    proposal = await propose_budget(shop.context(), change)
    await execute_budget(shop.context("approval:5"), proposal.plan)
    last = first + timedelta(days=3)
    found = await budgets_of_days(shop.context(), campaign, first, last)
    assert [found["A-1.1", first + timedelta(days=past)] for past in range(4)] == [
        100, 100, 120, 120,
    ]  # fmt: skip
    assert {ref for ref, _ in found} == {"A-1.1"}
