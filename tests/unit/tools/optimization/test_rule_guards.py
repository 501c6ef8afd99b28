"""Rules with conditions of several comparisons and with guards, over a running campaign."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from storage.database import Database
from storage.tables.optimization import Outcome, RuleCheck
from tests.builders.campaigns import Shop
from tests.builders.metrics import daily
from tests.builders.rules import SETTINGS, Desk
from tools.optimization.arguments import CreateRule
from tools.optimization.errors import (
    ComparedWithItself,
    ConditionDisagrees,
    NoTarget,
    NothingSaid,
    RuleChangedAgain,
    RuleVersionNotFound,
)
from tools.optimization.ruling import create_rule
from tools.optimization.service import (
    back_to,
    check_now,
    edit_rule,
    new_rule,
    rule_log,
    show_versions,
    try_out,
)
from tools.optimization.undoing import UNDO
from tools.undo import last_change


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """PostgreSQL tells nothing new here."""
    async with Database(sqlite_url) as opened:
        yield opened


PAUSED = ["paused 100.00", "active 100.00", "active 100.00"]
UNTOUCHED = ["active 100.00"] * 3


async def told(desk: Desk) -> str:
    """The newest notice."""
    return str([text for text, _ in desk.notifier.sent.values()][-1])


async def make(desk: Desk, words: str, order: str = "inbox:1:0") -> str:
    return str((await new_rule(desk.context(order), words)).data["rule"])


async def test_every_part_has_to_hold_and_the_notice_names_every_figure(desk: Desk) -> None:
    await make(desk, "pause if cpa > 60 and spend > 5000 over 3d name=big")
    await make(desk, "pause if cpa > 60 and (spend > 5000 or roas < 1.5) over 3d", "inbox:2:0")
    await desk.check()
    assert await desk.live() == PAUSED
    assert await desk.outcomes() == ["not_met", "acted"]
    said = await told(desk)
    assert "CPA ¥90、花费 ¥360、ROAS 1.00（近 3 天 CPA 高于 ¥60 且 (近 3 天 花费" in said
    assert "想恢复就说“撤销”" in said


async def test_a_figure_is_held_against_the_target_and_against_itself(
    shop: Shop, desk: Desk
) -> None:
    targeted = await shop.running_campaign("approval:t", target_cpa=Decimal(50))
    today = shop.sandbox.today(shop.clock.now())
    first = targeted.ad_sets[0]
    desk.rows = [
        *daily(targeted, first, today, spend=90, revenue=9, conversions=1, days=(0, 1)),
        *daily(targeted, first, today, spend=90, revenue=9, conversions=9, days=range(2, 8)),
    ]
    await make(desk, "tell me if cpa of 1d > 1.5 * target_cpa and cpa of 1d > 3 * cpa of 7d C-2")
    await desk.check()
    assert await desk.outcomes("A-2.1") == ["told"]
    assert "近 1 天 CPA ¥90、近 7 天 CPA ¥12.86" in await told(desk)


async def test_without_a_target_a_rule_is_refused_for_the_campaign_and_explains_itself_for_all(
    desk: Desk,
) -> None:
    with pytest.raises(NoTarget):
        await make(desk, "stop_loss C-1")
    await make(desk, "stop_loss")
    await desk.check()
    assert await desk.outcomes() == ["no_data"]
    log = await rule_log(desk.context(), "R-1")
    assert "cannot tell, did not fire: C-1 has no target CPA" in log.text


async def test_an_amount_takes_the_place_of_the_target(desk: Desk) -> None:
    await make(desk, "stop_loss C-1 40")
    await desk.check()
    assert await desk.live() == PAUSED


async def test_todays_figures_alone_pause_nothing_and_the_log_says_why(
    shop: Shop, desk: Desk
) -> None:
    campaign = await shop.campaigns.get("C-1")
    today = shop.sandbox.today(shop.clock.now())
    ad_set = campaign.ad_sets[0]
    desk.rows = [
        *daily(campaign, ad_set, today, spend=90, revenue=0, conversions=0, days=(0,)),
        *daily(campaign, ad_set, today, spend=90, revenue=90, conversions=2, days=(1,)),
    ]
    await desk.rule()
    await desk.check()
    assert await desk.live() == UNTOUCHED
    assert await desk.outcomes() == ["waiting"]
    log = await rule_log(desk.context(), "R-1")
    assert "CN¥90 · condition met, but not now: it holds only with today's figures" in log.text
    await edit_rule(desk.context("inbox:3:0"), "R-1", "settled=off")
    await desk.check()
    assert await desk.live() == PAUSED


async def test_what_was_spent_today_stops_at_once(shop: Shop, desk: Desk) -> None:
    """Spending is not reported late."""
    campaign = await shop.campaigns.get("C-1")
    today = shop.sandbox.today(shop.clock.now())
    desk.rows = daily(
        campaign, campaign.ad_sets[0], today, spend=900, revenue=0, conversions=0, days=(0,)
    )
    await make(desk, "daily_brake C-1")
    await desk.check()
    assert await desk.live() == PAUSED


@pytest.mark.parametrize(
    ("guard", "reason"),
    [
        ("min_spend=1000", "it spent CN¥180 in its window (1 d), less than CN¥1,000"),
        ("min_clicks=100", "it had 40 clicks in its window (1 d), fewer than 100"),
        ("hours=20:00-23:00", "it does not work at this time"),
        ("days=weekend", "it does not work at this time"),
    ],
)
async def test_a_guard_holds_the_rule_back_until_it_is_met(
    desk: Desk, guard: str, reason: str
) -> None:
    await make(desk, f"pause C-1 if cpa of 24h > 60 {guard}")
    checked = await check_now(desk.context("inbox:2:0"), SETTINGS, "R-1")
    assert f"condition met, but not now: {reason}" in checked.text
    assert await desk.live() == UNTOUCHED


async def test_a_rule_works_again_when_its_hours_come(desk: Desk) -> None:
    """It is 10:00 in Shanghai."""
    await make(desk, "pause C-1 if cpa of 24h > 60 hours=12:00-18:00")
    await desk.check()
    desk.shop.clock.advance(timedelta(hours=3))
    await desk.check()
    assert await desk.outcomes() == ["waiting", "acted"]


async def test_a_cool_down_is_as_long_as_it_was_set(desk: Desk) -> None:
    await make(desk, "cut the budget of C-1 by 20% if cpa of 24h > 60 cooldown=72h")
    for _ in range(4):
        await desk.check()
        desk.shop.clock.advance(timedelta(hours=24))
    assert await desk.outcomes() == ["acted", "cooling", "cooling", "acted"]


async def test_no_day_sees_more_acts_than_allowed(desk: Desk) -> None:
    await make(desk, "tell me if spend of 24h > 1 per_day=2")
    await desk.check()
    outcomes = [each.outcome for each in await desk.checks()]
    assert outcomes == [Outcome.told, Outcome.told, Outcome.waiting]
    desk.shop.clock.advance(timedelta(hours=15))
    await desk.check()
    assert [each.ad_set for each in await desk.checks() if each.outcome is Outcome.told] == [
        "A-1.1", "A-1.2", "A-1.3",
    ]  # fmt: skip


async def test_all_rules_together_keep_to_the_limit_of_an_ad_set(desk: Desk) -> None:
    for n in range(3):
        await make(desk, "cut the budget of C-1 by 10% if cpa of 24h > 60", f"inbox:{n}:0")
    await desk.check()
    assert await desk.outcomes() == ["acted", "acted", "waiting"]
    assert (await desk.live())[0] == "active 81.00"


async def test_the_condition_of_an_order_is_the_whole_of_it(desk: Desk) -> None:
    first: dict[str, Any] = {
        "metric": "cpa", "operator": "greater_than", "value": Decimal(60), "time_range": "3d",
        "action": "notify",
    }  # fmt: skip
    order = CreateRule(**first, condition="cpa > 60 and spend > 200")
    made = await create_rule(desk.context(), order)
    assert [part["metric"] for part in made.data["condition"]["all"]] == ["cpa", "spend"]
    assert {part["window"] for part in made.data["condition"]["all"]} == {"3d"}
    with pytest.raises(ConditionDisagrees):
        await create_rule(desk.context("inbox:2:0"), CreateRule(**first, condition="spend > 200"))


async def test_a_figure_is_not_compared_with_itself(desk: Desk) -> None:
    with pytest.raises(ComparedWithItself):
        await make(desk, "tell me if cpa of 7d > 1.3 * cpa of 7d")
    # The window of what it is held against is not its own.
    made = await new_rule(desk.context(), "tell me if cpa > 1.3 * cpa of 7d")
    assert made.data["condition"]["window"] == "3d"


async def test_an_edit_is_a_version_that_is_shown_gone_back_to_and_undone(desk: Desk) -> None:
    await make(desk, "pause C-1 if cpa > 60 and spend > 100")
    changed = await edit_rule(desk.context("inbox:2:0"), "R-1", "cpa > 70 cooldown=48h")
    assert "version 2" in changed.text
    assert "cool-down (hours): 24 → 48" in changed.text
    again = await edit_rule(desk.context("inbox:3:0"), "R-1", "cpa > 70 cooldown=48h")
    assert "there is nothing to change" in again.text
    back = await back_to(desk.context("inbox:4:0"), "R-1", 1)
    assert (back.data["version"], back.data["guards"]) == (3, {})
    async with desk.shop.database.reading() as session:
        record = await last_change(session, desk.context())
    assert record is not None
    undone = await UNDO[record.kind].run(desk.context("inbox:5:0"), record)
    assert "CPA of the last 3 days above CN¥70" in getattr(undone, "text", "")
    shown = await show_versions(desk.context(), "R-1")
    assert [line[:9] for line in shown.text.splitlines()[1:5]] == [
        "version 4", "version 3", "version 2", "version 1",
    ]  # fmt: skip
    with pytest.raises(RuleVersionNotFound):
        await back_to(desk.context("inbox:6:0"), "R-1", 9)


async def test_an_edit_that_was_edited_again_is_not_undone(desk: Desk) -> None:
    await make(desk, "pause C-1 if cpa > 60")
    await edit_rule(desk.context("inbox:2:0"), "R-1", "cpa > 70")
    async with desk.shop.database.reading() as session:
        record = await last_change(session, desk.context())
    assert record is not None
    for n, words in enumerate(("cpa > 80", "cpa > 90")):
        await edit_rule(desk.context(f"inbox:{n}:3"), "R-1", words)
    with pytest.raises(RuleChangedAgain):
        await UNDO[record.kind].run(desk.context("inbox:9:0"), record)


async def test_a_sentence_without_a_condition_or_an_action_is_asked_back(desk: Desk) -> None:
    with pytest.raises(NothingSaid, match="no_condition"):
        await make(desk, "pause C-1")
    with pytest.raises(NothingSaid, match="no_action"):
        await make(desk, "cpa > 60 and spend > 2")
    await make(desk, "pause C-1 if cpa > 60")
    with pytest.raises(NothingSaid, match="nothing_to_edit"):
        await edit_rule(desk.context("inbox:2:0"), "R-1", "please")


async def test_a_dry_run_over_history_reads_once_and_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = desk.context()
    platform = context.platforms.get("sandbox")
    reads: list[object] = []
    read = platform.daily_metrics

    async def counted(*asked: Any) -> Any:
        reads.append(asked)
        return await read(*asked)

    monkeypatch.setattr(platform, "daily_metrics", counted)
    result = await try_out(context, None, "last_7_days pause C-1 if cpa of 1d > 60")
    assert len(reads) == 1
    assert "A-1.1 · CPA CN¥90 · pause the ad set: CN¥" in result.text
    assert "1 actions on 1 ad sets in all" in result.text
    assert "would have gone differently" in result.text
    assert await desk.live() == UNTOUCHED
    assert await desk.checks() == []


async def test_two_checks_at_a_time_act_once(desk: Desk) -> None:
    """The second finds the first one's act when it is about to make its own."""
    await make(desk, "cut the budget of C-1 by 20% if cpa of 24h > 60")
    await check_now(desk.context("inbox:2:0"), SETTINGS, "R-1")
    row: RuleCheck = (await desk.checks())[0]
    assert row.outcome is Outcome.acted
    await check_now(replace(desk.context("inbox:3:0")), SETTINGS, "R-1")
    assert (await desk.live())[0] == "active 80.00"
