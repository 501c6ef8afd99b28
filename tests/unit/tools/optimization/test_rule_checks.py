"""Rules over a running campaign: what they find, do, ask and tell, and that they do it once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from config.roles import Role
from storage.ledger import ActionLedger
from storage.tables.optimization import Outcome, RuleVersion
from storage.tables.organisation import Person
from tests.builders.campaigns import Crash, DyingLedger, Shop
from tests.builders.metrics import daily
from tests.builders.organisation import a_person
from tests.builders.rules import SETTINGS, Desk
from tests.fakes.ports import OpenFence
from tools.campaigns.arguments import ManageCampaign
from tools.campaigns.budgets import execute_budget
from tools.campaigns.managing import execute_management, pause
from tools.campaigns.undoing import undo_changes
from tools.optimization.arguments import CreateRule, ListRules, SetRuleEnabled
from tools.optimization.errors import (
    NegativeThreshold,
    RuleChangedAgain,
    RuleIsOff,
    RuleNotFound,
    RuleStepTooLarge,
    TooManyRules,
)
from tools.optimization.jobs import check_rules, handlers
from tools.optimization.ruling import MOST_RULES, create_rule, list_rules, set_rule_enabled
from tools.optimization.service import check_now, dry_run, rule_log
from tools.optimization.undoing import UNDO
from tools.result import Proposal
from tools.undo import last_change

UNTOUCHED = ["active 100.00"] * 3
PAUSED = ["paused 100.00", "active 100.00", "active 100.00"]


async def test_a_pause_is_done_at_once_and_told_with_the_figures(desk: Desk) -> None:
    await desk.rule()
    await desk.check()
    assert await desk.live() == PAUSED
    assert await desk.outcomes() == ["acted"]
    assert await desk.outcomes("A-1.2") == ["not_met"]
    ((text, _),) = desk.notifier.sent.values()
    assert "A-1.1" in text
    assert "CPA ¥90（近 24 小时 CPA 高于 ¥60）" in text


async def test_a_cut_is_to_the_cent_and_by_the_percentage(desk: Desk) -> None:
    await desk.rule(action="decrease_budget", action_value=Decimal("33.33"))
    await desk.check()
    assert (await desk.live())[0] == "active 66.67"


async def test_without_a_percentage_a_fifth_is_cut(desk: Desk) -> None:
    await desk.rule(action="decrease_budget")
    await desk.check()
    assert (await desk.live())[0] == "active 80.00"


async def test_a_day_passes_before_the_same_rule_acts_again(desk: Desk) -> None:
    await desk.rule(action="decrease_budget")
    await desk.check()
    desk.shop.clock.advance(timedelta(hours=23))
    await desk.check()
    assert (await desk.live())[0] == "active 80.00"
    desk.shop.clock.advance(timedelta(hours=2))
    await desk.check()
    assert (await desk.live())[0] == "active 64.00"
    assert await desk.outcomes() == ["acted", "cooling", "acted"]


async def test_the_same_check_twice_acts_once(desk: Desk) -> None:
    await desk.rule(action="decrease_budget")
    await desk.check()
    await desk.check()
    assert (await desk.live())[0] == "active 80.00"
    assert len(desk.notifier.sent) == 1


async def test_a_crash_after_the_effect_is_finished_by_the_next_check(desk: Desk) -> None:
    await desk.rule(action="decrease_budget")
    ledger: ActionLedger = DyingLedger(
        desk.shop.database, organisation_id=desk.shop.organisation.id, clock=desk.shop.clock,
        fence=OpenFence(),
    )  # fmt: skip
    with pytest.raises(Crash):
        await check_rules(SETTINGS, replace(desk.service, ledger=ledger), {})
    assert await desk.outcomes() == ["begun"]
    desk.shop.clock.advance(timedelta(hours=6))
    await desk.check()
    assert (await desk.live())[0] == "active 80.00"
    assert await desk.outcomes() == ["acted", "cooling"]
    assert len(desk.notifier.sent) == 1


async def test_a_budget_at_the_minimum_stays(desk: Desk, shop: Shop) -> None:
    campaign = await shop.campaigns.get("C-1")
    await shop.sandbox.set_daily_budget(campaign.ad_sets[0].external_id, Decimal(10))
    await desk.rule(action="decrease_budget")
    await desk.check()
    assert (await desk.live())[0] == "active 10.00"
    assert await desk.outcomes() == ["refused"]


async def test_a_raise_is_asked_and_never_done_by_the_rule(desk: Desk) -> None:
    await desk.rule(
        metric="roas", value=Decimal(3), action="increase_budget", action_value=Decimal(20)
    )
    await desk.check()
    assert await desk.live() == UNTOUCHED
    first, _ = await desk.approvals()
    assert (first.tool, first.daily_cost, first.requested_by) == (
        "set_budget", Decimal(20), desk.shop.manager.id,
    )  # fmt: skip
    asked = [values["ref"] for text, values in desk.notifier.notices.values()
             if text == "approvals.please_answer"]  # fmt: skip
    assert asked == ["P-1", "P-2"]
    await execute_budget(desk.context("approval:1"), first.plan)
    assert (await desk.live())[1] == "active 120.00"


async def test_a_start_is_asked_with_the_budget_it_costs(desk: Desk, shop: Shop) -> None:
    await desk.rule()
    await desk.check()
    desk.shop.clock.advance(timedelta(hours=1))
    await desk.rule("inbox:2:0", value=Decimal(100), operator="less_than", action="start_adset")
    await desk.check()
    (approval,) = await desk.approvals()
    assert (approval.tool, approval.daily_cost) == ("manage_campaign", Decimal(100))
    await execute_management(desk.context("approval:1"), approval.plan)
    assert await desk.live() == UNTOUCHED


async def test_a_notice_changes_nothing(desk: Desk) -> None:
    await desk.rule(action="notify")
    await desk.check()
    assert await desk.live() == UNTOUCHED
    assert await desk.outcomes() == ["told"]
    assert len(desk.notifier.sent) == 1


async def test_without_figures_a_rule_does_not_fire_and_says_so(desk: Desk) -> None:
    desk.rows = []
    await desk.rule(metric="spend", operator="less_than")
    await desk.check()
    assert await desk.outcomes() == ["no_data"]
    log = await rule_log(desk.context(), "R-1")
    assert "no data" in log.text


async def test_a_cost_per_nothing_is_no_data(desk: Desk) -> None:
    desk.rows = [replace(row, conversions=0) for row in desk.rows]
    await desk.rule()
    await desk.check()
    assert await desk.outcomes() == ["no_data"]


async def test_today_and_the_last_complete_day_make_24_hours(desk: Desk, shop: Shop) -> None:
    campaign = await shop.campaigns.get("C-1")
    today = shop.sandbox.today(shop.clock.now())
    desk.rows = [
        row
        for spend, days in ((30, (0, 1)), (900, (2,)))
        for row in daily(
            campaign, campaign.ad_sets[0], today, spend=spend, revenue=0, conversions=1, days=days
        )
    ]
    await desk.rule(value=Decimal(31))
    await desk.check()
    assert (await desk.checks())[0].value == 30


async def test_a_dry_run_says_what_would_be_done_and_changes_nothing(desk: Desk) -> None:
    await desk.rule()
    result = await dry_run(desk.context(), "R-1")
    assert "A-1.1 · CN¥90 · condition met → pause the ad set" in result.text
    assert await desk.live() == UNTOUCHED
    assert await desk.checks() == []
    assert desk.notifier.sent == {}


async def test_a_rule_for_one_campaign_leaves_the_others_alone(desk: Desk, shop: Shop) -> None:
    await shop.running_campaign("approval:other")
    await desk.rule(campaign="C-2")
    await desk.check()
    assert await desk.live() == UNTOUCHED


async def test_a_paused_campaign_is_looked_at_and_left(desk: Desk) -> None:
    await desk.rule(campaign="C-1")
    await pause(desk.context("inbox:5:0"), ManageCampaign(campaign="C-1", action="pause"))
    await desk.check()
    assert await desk.live() == UNTOUCHED
    assert await desk.outcomes("C-1") == ["refused"]


async def test_what_a_rule_did_can_be_undone_by_its_creator(desk: Desk) -> None:
    await desk.rule()
    await desk.check()
    async with desk.shop.database.reading() as session:
        record = await last_change(session, desk.context())
    assert record is not None
    proposal = await undo_changes(desk.context("inbox:9:0"), record)
    assert isinstance(proposal, Proposal)
    assert proposal.daily_cost == 100


async def test_a_rule_whose_creator_is_no_manager_any_more_is_switched_off(desk: Desk) -> None:
    async with desk.shop.database.unit_of_work() as session:
        boss = await a_person(session, desk.shop.organisation, name="boss", role=Role.admin)
    await desk.rule()
    async with desk.shop.database.unit_of_work() as session:
        (await session.get_one(Person, desk.shop.manager.id)).role = Role.agent
    await desk.check()
    assert await desk.live() == UNTOUCHED
    ((key, (text, _)),) = desk.notifier.notices.items()
    assert (text, key.endswith(f":{boss.id}")) == ("optimization.rule.orphaned", True)
    assert (await list_rules(desk.context(), ListRules())).data["rules"][0]["enabled"] is False


async def test_a_rule_that_is_off_is_not_checked(desk: Desk) -> None:
    await desk.rule()
    await set_rule_enabled(desk.context("inbox:2:0"), SetRuleEnabled(rule="R-1", enabled=False))
    await desk.check()
    assert await desk.checks() == []
    with pytest.raises(RuleIsOff):
        await check_now(desk.context(), SETTINGS, "R-1")


async def test_a_check_on_demand_acts_and_says_so(desk: Desk) -> None:
    await desk.rule()
    result = await check_now(desk.context("inbox:2:0"), SETTINGS, None)
    assert "A-1.1 · CN¥90 · done: pause the ad set" in result.text
    assert await desk.live() == PAUSED


async def test_every_version_of_a_rule_is_kept(desk: Desk) -> None:
    await desk.rule()
    for order, enabled in (("inbox:2:0", False), ("inbox:3:0", False), ("inbox:4:0", True)):
        await set_rule_enabled(desk.context(order), SetRuleEnabled(rule="R-1", enabled=enabled))
    async with desk.shop.database.reading() as session:
        versions = (await session.scalars(select(RuleVersion).order_by(RuleVersion.version))).all()
    assert [row.definition["enabled"] for row in versions] == [True, False, True]


async def test_a_new_rule_is_undone_by_switching_it_off(desk: Desk) -> None:
    await desk.rule()
    assert await desk.undo() is False


async def test_a_switch_is_undone_even_when_the_undo_is_interrupted(desk: Desk) -> None:
    await desk.rule()
    await set_rule_enabled(desk.context("inbox:2:0"), SetRuleEnabled(rule="R-1", enabled=False))
    assert [await desk.undo(), await desk.undo()] == [True, True]


async def test_a_switch_that_was_switched_again_is_not_undone(desk: Desk) -> None:
    await desk.rule()
    await set_rule_enabled(desk.context("inbox:2:0"), SetRuleEnabled(rule="R-1", enabled=False))
    async with desk.shop.database.reading() as session:
        record = await last_change(session, desk.context())
    assert record is not None
    for order, enabled in (("inbox:3:0", True), ("inbox:4:0", False)):
        await set_rule_enabled(desk.context(order), SetRuleEnabled(rule="R-1", enabled=enabled))
    with pytest.raises(RuleChangedAgain):
        await UNDO[record.kind].run(desk.context("inbox:5:0"), record)


async def test_the_same_order_makes_one_rule(desk: Desk) -> None:
    assert [await desk.rule(), await desk.rule()] == ["R-1", "R-1"]


async def test_there_are_fifty_rules_at_most(desk: Desk) -> None:
    for n in range(MOST_RULES):
        await desk.rule(f"inbox:{n}:0")
    with pytest.raises(TooManyRules):
        await desk.rule("inbox:99:0")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"action": "increase_budget", "action_value": Decimal(51)}, RuleStepTooLarge),
        ({"value": Decimal(-1)}, NegativeThreshold),
    ],
)
async def test_what_makes_no_sense_is_refused(
    desk: Desk, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await desk.rule(**arguments)


async def test_a_rule_of_another_organisation_is_not_found(desk: Desk) -> None:
    with pytest.raises(RuleNotFound):
        await rule_log(desk.context(), "R-1")


async def test_making_a_rule_schedules_the_checks_once(desk: Desk) -> None:
    result = await create_rule(
        desk.context(),
        CreateRule(metric="cpa", operator="greater_than", value=Decimal(60), time_range="24h",
                   action="notify"),
    )  # fmt: skip
    # 10:00 in Shanghai now; every six hours.
    assert "11-18 12:00" in result.text
    assert {"rules.check", "rules.check_one"} <= handlers(SETTINGS).keys()


async def test_old_checks_that_changed_nothing_are_forgotten(desk: Desk) -> None:
    await desk.rule(action="notify")
    await desk.check()
    desk.shop.clock.advance(timedelta(days=31))
    desk.rows = []
    await desk.check()
    kept = [row for row in await desk.checks() if row.outcome is not Outcome.no_data]
    assert [row.outcome for row in kept] == [Outcome.told]
