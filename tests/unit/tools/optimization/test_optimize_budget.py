"""optimize_budget: what it suggests, proposes and carries out on a running campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from config.i18n import Language
from tests.builders.campaigns import Crash, Shop
from tests.builders.metrics import FiguresAsTold, daily
from tests.fakes.ports import FakePlatforms
from tools.campaigns.arguments import ManageCampaign, SetBudget
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.failures import ChangedSinceProposal
from tools.campaigns.managing import execute_management, pause, propose_management
from tools.campaigns.platforms.base import AdMetrics
from tools.context import ToolContext
from tools.contract import MANAGER
from tools.optimization.arguments import OptimizeBudget
from tools.optimization.errors import NothingToChange, NotRunning
from tools.optimization.optimizing import (
    execute_optimization,
    optimize_budget,
    propose_optimization,
)
from tools.optimization.tools import SPECS
from tools.spec import Risk, ToolSpec

ORDER = OptimizeBudget(campaign="C-1", target_metric="roas")


@dataclass(frozen=True)
class Case:
    """C-1 runs with 100 a day per ad set: the first is barren, the second dear, the third good."""

    shop: Shop
    rows: Sequence[AdMetrics]

    def context(
        self, order_key: str = "inbox:9:0", language: Language = Language.en
    ) -> ToolContext:
        platform = FiguresAsTold(self.shop.sandbox, self.rows)
        return self.shop.context(order_key, platforms=FakePlatforms(platform), language=language)

    async def live(self) -> list[str]:
        """Switch and budget of each ad set on the platform."""
        campaign = await self.shop.campaigns.get("C-1")
        live = await self.shop.campaigns.live(campaign)
        return [f"{row.status.value} {row.daily_budget:.2f}" for row in live.ad_sets]


@pytest.fixture
async def case(shop: Shop) -> Case:
    campaign = await shop.running_campaign(
        daily_budget=Decimal(300), target_roas=Decimal(2), target_cpa=Decimal(30)
    )
    today = shop.sandbox.today(shop.clock.now())
    barren, dear, good = campaign.ad_sets
    return Case(
        shop,
        [
            *daily(campaign, barren, today, spend=90, revenue=0, conversions=0),
            *daily(campaign, dear, today, spend=90, revenue=90, conversions=1),
            *daily(campaign, good, today, spend=90, revenue=360, conversions=4),
        ],
    )


async def test_every_suggestion_has_its_reason_and_pauses_come_first(case: Case) -> None:
    result = await optimize_budget(case.context(), ORDER)
    assert result.data["optimizations"] == [
        {
            "ad_set": "A-1.1", "action": "pause", "old_budget": "100.00", "new_budget": "0.00",
            "reason": "no conversions for 3 days, CN¥270 spent",
        },
        {
            "ad_set": "A-1.2", "action": "decrease_budget",
            "old_budget": "100.00", "new_budget": "80.00",
            "reason": "CPA CN¥90 is above 1.5 times the target CN¥30",
        },
        {
            "ad_set": "A-1.3", "action": "increase_budget",
            "old_budget": "100.00", "new_budget": "120.00",
            "reason": "ROAS 4.00 is above 1.5 times the target 2.00",
        },
    ]  # fmt: skip


async def test_looking_changes_nothing_and_says_how_to_go_on(case: Case) -> None:
    result = await optimize_budget(case.context(language=Language.zh_cn), ORDER)
    assert await case.live() == ["active 100.00"] * 3
    assert "要执行就说“按 ROAS 优化 C-1 并直接执行”" in result.text


async def test_ad_sets_are_listed_best_first_by_the_asked_metric(shop: Shop) -> None:
    campaign = await shop.running_campaign()
    today = shop.sandbox.today(shop.clock.now())
    first, second, third = campaign.ad_sets
    rows = [
        *daily(campaign, first, today, spend=90, revenue=900, conversions=1),
        *daily(campaign, second, today, spend=90, revenue=90, conversions=9),
        *daily(campaign, third, today, spend=90, revenue=0, conversions=0),
    ]
    case = Case(shop, rows)
    by_roas = await optimize_budget(case.context(), ORDER)
    by_cpa = await optimize_budget(
        case.context(), OptimizeBudget(campaign="C-1", target_metric="cpa")
    )
    assert by_roas.shown == ("C-1", "A-1.1", "A-1.2", "A-1.3")
    assert by_cpa.shown == ("C-1", "A-1.2", "A-1.1", "A-1.3")


async def test_today_and_the_eighth_day_do_not_count(shop: Shop) -> None:
    campaign = await shop.running_campaign(target_roas=Decimal(2))
    today = shop.sandbox.today(shop.clock.now())
    first = campaign.ad_sets[0]
    steady = daily(campaign, first, today, spend=90, revenue=180, conversions=2)
    lucky = daily(campaign, first, today, spend=1, revenue=9000, conversions=9, days=(0, 8))
    assert (await optimize_budget(Case(shop, [*steady, *lucky]).context(), ORDER)).data[
        "optimizations"
    ] == []
    within = daily(campaign, first, today, spend=1, revenue=9000, conversions=9, days=(7,))
    assert (await optimize_budget(Case(shop, [*steady, *within]).context(), ORDER)).data[
        "optimizations"
    ] != []


async def test_a_missing_target_is_said_the_asked_one_first(shop: Shop) -> None:
    await shop.running_campaign()
    case = Case(shop, [])
    context = case.context()
    order = OptimizeBudget(campaign="C-1", target_metric="cpa")
    result = await optimize_budget(context, order)
    assert result.data["notes"] == [
        context.say("optimization.no_target_cpa", ref="C-1"),
        context.say("optimization.no_target_roas", ref="C-1"),
    ]


async def test_a_barren_ad_set_that_had_little_money_is_watched(shop: Shop) -> None:
    campaign = await shop.running_campaign(target_cpa=Decimal(100), target_roas=Decimal(2))
    today = shop.sandbox.today(shop.clock.now())
    rows = daily(campaign, campaign.ad_sets[0], today, spend=90, revenue=0, conversions=0)
    result = await optimize_budget(Case(shop, rows).context(), ORDER)
    assert result.data["optimizations"] == []
    assert "A-1.1 had no conversions for 3 days but spent only CN¥270" in result.text


async def test_the_proposal_costs_all_that_moves(case: Case) -> None:
    proposal = await propose_optimization(case.context(), ORDER)
    assert proposal.daily_cost == 100 + 20 + 20
    assert await case.live() == ["active 100.00"] * 3
    assert any("can be undone" in line and "start C-1" in line for line in proposal.lines)


async def test_carrying_it_out_makes_every_change_and_says_how_to_undo_it(case: Case) -> None:
    proposal = await propose_optimization(case.context(), ORDER)
    result = await execute_optimization(case.context("approval:2"), proposal.plan)
    assert await case.live() == ["paused 100.00", "active 80.00", "active 120.00"]
    assert 'say "start C-1"' in result.text
    assert 'say "set the daily budget of A-1.2 to CN¥100"' in result.text


async def test_the_pause_can_be_undone_as_told(case: Case) -> None:
    proposal = await propose_optimization(case.context(), ORDER)
    await execute_optimization(case.context("approval:2"), proposal.plan)
    start = ManageCampaign(campaign="C-1", action="start")
    undo = await propose_management(case.context(), start)
    await execute_management(case.context("approval:3"), undo.plan)
    assert await case.live() == ["active 100.00", "active 80.00", "active 120.00"]


async def test_a_paused_ad_set_is_not_judged_again(case: Case) -> None:
    proposal = await propose_optimization(case.context(), ORDER)
    await execute_optimization(case.context("approval:2"), proposal.plan)
    again = await optimize_budget(case.context(), ORDER)
    assert "A-1.1" not in again.shown


async def test_the_same_plan_carried_out_twice_changes_everything_once(case: Case) -> None:
    proposal = await propose_optimization(case.context(), ORDER)
    await execute_optimization(case.context("approval:2"), proposal.plan)
    await execute_optimization(case.context("approval:2"), proposal.plan)
    assert await case.live() == ["paused 100.00", "active 80.00", "active 120.00"]


async def test_a_crash_half_way_is_finished_by_the_same_order(case: Case) -> None:
    proposal = await propose_optimization(case.context(), ORDER)
    with pytest.raises(Crash):
        await execute_optimization(case.shop.dying("approval:2", after=2), proposal.plan)
    await execute_optimization(case.context("approval:2"), proposal.plan)
    assert await case.live() == ["paused 100.00", "active 80.00", "active 120.00"]


async def test_a_plan_is_refused_when_the_campaign_was_paused_since(case: Case) -> None:
    proposal = await propose_optimization(case.context(), ORDER)
    await pause(case.context("inbox:10:0"), ManageCampaign(campaign="C-1", action="pause"))
    with pytest.raises(ChangedSinceProposal):
        await execute_optimization(case.context("approval:2"), proposal.plan)
    assert await case.live() == ["active 100.00"] * 3


async def test_a_raise_that_the_limits_refuse_is_held_back_with_the_reason(case: Case) -> None:
    for edit, budget in enumerate((101, 102, 101, 100), start=1):
        change = SetBudget(ad_set="A-1.3", daily_budget=Decimal(budget))
        proposal = await propose_budget(case.context(), change)
        await execute_budget(case.context(f"approval:{edit}"), proposal.plan)
    result = await optimize_budget(case.context(), ORDER)
    assert [row["ad_set"] for row in result.data["optimizations"]] == ["A-1.1", "A-1.2"]
    assert any("A-1.3 would be changed, but not now" in note for note in result.data["notes"])
    case.shop.clock.advance(timedelta(hours=1))
    later = await optimize_budget(case.context(), ORDER)
    assert len(later.data["optimizations"]) == 3


async def test_with_nothing_to_change_there_is_nothing_to_approve(shop: Shop) -> None:
    await shop.running_campaign(target_roas=Decimal(2), target_cpa=Decimal(50))
    with pytest.raises(NothingToChange):
        await propose_optimization(Case(shop, []).context(), ORDER)


async def test_a_campaign_that_does_not_run_is_not_optimised(shop: Shop) -> None:
    await shop.campaign()
    with pytest.raises(NotRunning):
        await optimize_budget(Case(shop, []).context(), ORDER)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_tool_takes_the_arguments_of_the_contract(spec: ToolSpec) -> None:
    assert spec.arguments is MANAGER[spec.name]
    assert spec.run is not None or spec.execute is not None


def test_only_applying_needs_approval() -> None:
    spec = next(spec for spec in SPECS if spec.name == "optimize_budget")
    assert spec.risk(ORDER) is Risk.read
    assert spec.risk(ORDER.model_copy(update={"apply": True})) is Risk.money
