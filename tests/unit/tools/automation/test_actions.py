"""Each of the seven actions answers in the shape that its callers were promised."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from storage.tables.job import Job
from storage.tables.optimization import Rule
from tests.builders.automation import Desk, a_campaign_order, a_rule_order, a_test_order
from tools.automation.service import ACTIONS
from tools.campaigns.platforms.errors import ErrorCode
from tools.jobs.service import JobService
from tools.optimization.service import handlers

METRICS = {"spend", "revenue", "roas", "cpa", "impressions", "clicks", "ctr", "conversions"}

LOOK = {"campaign_id": "C-1", "platform": "sandbox"}
OPTIMIZE = {"campaign_id": "C-1", "optimization_strategy": "auto", "target_metric": "roas"}


def exactly(amounts: list[float]) -> Decimal:
    return sum((Decimal(str(each)) for each in amounts), Decimal(0))


def test_there_are_seven_actions() -> None:
    assert set(ACTIONS) == {
        "create_campaign", "optimize_budget", "manage_campaign", "create_ab_test",
        "analyze_ab_test", "create_rule", "get_campaign_status",
    }  # fmt: skip


class TestCreateCampaign:
    async def test_makes_an_ad_set_per_age_group_and_an_ad_per_creative_in_each(
        self, desk: Desk
    ) -> None:
        answer = await desk.execute("create_campaign", a_campaign_order())
        assert answer["status"] == "success"
        assert answer["campaign_id"] == "C-1"
        assert [each["name"] for each in answer["adsets"]] == ["US 18-35", "US 36-50", "US 51-65"]
        assert exactly([each["daily_budget"] for each in answer["adsets"]]) == 100
        assert [(each["adset_id"], each["creative_id"]) for each in answer["ads"]] == [
            (f"A-1.{place}", creative) for place in (1, 2, 3) for creative in ("CR-1", "CR-2")
        ]
        assert answer["ads"][1]["copy"] == "Come and see us."
        assert len({each["ad_id"] for each in answer["ads"]}) == 6
        assert answer["message"]

    async def test_is_paused_on_the_platform(self, desk: Desk) -> None:
        await desk.execute("create_campaign", a_campaign_order())
        campaign = await desk.shop.campaigns.get("C-1")
        assert (await desk.shop.campaigns.live(campaign)).status == "paused"

    async def test_sells_in_the_united_states_unless_told_otherwise(self, desk: Desk) -> None:
        await desk.execute("create_campaign", a_campaign_order(target_countries=...))
        assert (await desk.shop.campaigns.get("C-1")).countries == ["US"]

    @pytest.mark.parametrize("groups", [["25-34", "35-44"], [[25, 34], [35, 44]]])
    async def test_takes_age_groups_as_words_or_pairs(self, desk: Desk, groups: Any) -> None:
        answer = await desk.execute("create_campaign", a_campaign_order(age_groups=groups))
        assert [each["name"] for each in answer["adsets"]] == ["US 25-34", "US 35-44"]


class TestManageCampaign:
    async def test_starts_pauses_and_deletes(self, desk: Desk) -> None:
        await desk.execute("create_campaign", a_campaign_order())
        states = []
        for action in ("start", "pause", "delete"):
            order = {"campaign_id": "C-1", "action": action, "platform": "sandbox"}
            answer = await desk.execute("manage_campaign", order)
            states.append((answer["campaign_id"], answer["new_status"]))
        assert states == [("C-1", "active"), ("C-1", "paused"), ("C-1", "deleted")]

    async def test_does_nothing_on_another_platform_than_the_campaigns(self, desk: Desk) -> None:
        await desk.execute("create_campaign", a_campaign_order())
        order = {"campaign_id": "C-1", "action": "delete", "platform": "meta"}
        answer = await desk.execute("manage_campaign", order)
        assert answer["error"]["code"] == 1001
        assert (await desk.shop.campaigns.get("C-1")).status == "paused"


class TestGetCampaignStatus:
    async def test_shows_all_three_levels_with_every_metric(self, desk: Desk) -> None:
        await desk.shop.running_campaign(history=10, target_roas=Decimal(2))
        answer = await desk.execute("get_campaign_status", LOOK)
        assert answer["status"] == "success"
        campaign = answer["campaign"]
        assert campaign["campaign_id"] == "C-1"
        assert campaign["status"] == "active"
        assert campaign["target_roas"] == 2
        assert datetime.fromisoformat(campaign["updated_at"]).tzinfo is not None
        for row in (campaign, *answer["adsets"], *answer["ads"]):
            assert row.keys() >= METRICS
        assert exactly([row["spend"] for row in answer["ads"]]) == exactly([campaign["spend"]])
        assert (answer["source"], answer["age_seconds"]) == ("live", 0)

    async def test_an_ad_set_tells_whom_it_aims_at_and_how(self, desk: Desk) -> None:
        await desk.shop.campaign()
        answer = await desk.execute("get_campaign_status", LOOK)
        first = answer["adsets"][0]
        assert first["targeting"] == {
            "age_min": 18, "age_max": 35, "countries": ["US"], "audience": "broad",
        }  # fmt: skip
        told = [first[name] for name in ("placements", "optimization_goal", "bid_strategy")]
        assert told == ["automatic", "value", "lowest_cost"]

    async def test_what_was_seen_last_is_shown_with_its_age(self, desk: Desk) -> None:
        await desk.shop.campaign()
        await desk.execute("get_campaign_status", LOOK)
        desk.shop.clock.advance(timedelta(seconds=90))
        desk.shop.sandbox.faults.refuse("get_campaign", ErrorCode.SERVICE_UNAVAILABLE, times=3)
        answer = await desk.execute("get_campaign_status", LOOK)
        assert (answer["source"], answer["age_seconds"]) == ("cache", 90)


class TestOptimizeBudget:
    async def test_makes_the_changes_and_tells_each_with_its_reason(self, desk: Desk) -> None:
        campaign = await desk.shop.running_campaign(target_roas=Decimal(2), target_cpa=Decimal(20))
        desk.tell(campaign, (10, 100), (20, 900), (0, 0))
        answer = await desk.execute("optimize_budget", OPTIMIZE)
        assert answer["approval"]["status"] == "executed"
        told = [
            (each["adset_id"], each["action"], each["old_budget"], each["new_budget"])
            for each in answer["optimizations"]
        ]
        assert told == [
            ("A-1.3", "pause", 100, 0), ("A-1.2", "increase_budget", 100, 120),
        ]  # fmt: skip
        assert all(each["reason"] for each in answer["optimizations"])
        changed = await desk.shop.campaigns.get("C-1")
        assert [(row.status.value, int(row.daily_budget)) for row in changed.ad_sets] == [
            ("active", 100), ("active", 120), ("paused", 100),
        ]  # fmt: skip

    async def test_cuts_what_costs_too_much(self, desk: Desk) -> None:
        campaign = await desk.shop.running_campaign(target_cpa=Decimal(20))
        desk.tell(campaign, (1, 100), (20, 900), (20, 900))
        answer = await desk.execute("optimize_budget", OPTIMIZE | {"target_metric": "cpa"})
        (cut,) = answer["optimizations"]
        assert (cut["action"], cut["new_budget"]) == ("decrease_budget", 80)

    async def test_finds_nothing_to_do_and_says_why(self, desk: Desk) -> None:
        campaign = await desk.shop.running_campaign()
        desk.tell(campaign, (5, 300), (5, 300), (5, 300))
        answer = await desk.execute("optimize_budget", OPTIMIZE)
        assert (answer["status"], answer["optimizations"]) == ("success", [])
        assert "ROAS" in answer["message"]


class TestTests:
    async def test_every_variant_gets_the_same_money(self, desk: Desk) -> None:
        answer = await desk.execute("create_ab_test", a_test_order())
        assert (answer["status"], answer["test_id"], answer["campaign_id"]) == (
            "success", "T-1", "C-1",
        )  # fmt: skip
        variants = answer["variants"]
        assert [each["creative_id"] for each in variants] == ["CR-1", "CR-2"]
        assert [each["daily_budget"] for each in variants] == [50, 50]
        lasts = datetime.fromisoformat(answer["end_date"]) - desk.shop.clock.now()
        assert lasts == timedelta(days=7)

    async def test_without_enough_data_it_says_how_much_there_is(self, desk: Desk) -> None:
        await desk.execute("create_ab_test", a_test_order())
        answer = await desk.execute("analyze_ab_test", {"test_id": "T-1"})
        assert answer["status"] == "success"
        assert answer["message"] == "数据不足，建议继续测试"
        assert answer["details"] == {"min_required": 100, "current_samples": 0}

    async def test_with_a_winner_it_says_what_to_stop_and_what_to_raise(self, desk: Desk) -> None:
        answer = await _analysed(desk, (30, 300), (60, 600))
        assert [(row["rank"], row["creative_id"], row["roas"]) for row in answer["results"]] == [
            (1, "CR-2", 6), (2, "CR-1", 3),
        ]  # fmt: skip
        assert answer["results"][0].keys() >= {"spend", "revenue", "ctr", "conversion_rate"}
        assert answer["winner"]["creative_id"] == "CR-2"
        assert answer["winner"]["confidence"] == 95
        assert 0 < answer["winner"]["p_value"] < 0.05
        stop, more = answer["recommendations"]
        assert "CR-1" in stop
        assert "CR-2" in more
        assert "50%" in more

    async def test_without_a_significant_difference_nobody_wins(self, desk: Desk) -> None:
        answer = await _analysed(desk, (30, 300), (31, 310))
        assert answer["winner"] is None
        assert len(answer["recommendations"]) == 1


async def _analysed(desk: Desk, *counts: tuple[int, int]) -> dict[str, Any]:
    """A test after four days on which its variants converted and earned so much."""
    await desk.execute("create_ab_test", a_test_order())
    desk.shop.clock.advance(timedelta(days=4))
    desk.tell(await desk.shop.campaigns.get("C-1"), *counts)
    return await desk.execute("analyze_ab_test", {"test_id": "T-1"})


class TestCreateRule:
    async def test_watches_everything_or_one_campaign(self, desk: Desk) -> None:
        await desk.shop.campaign()
        scopes = ("all", "C-1", {"campaign_id": "C-1"})
        answers = [
            await desk.execute("create_rule", a_rule_order(applies_to=scope)) for scope in scopes
        ]
        assert [each["rule_id"] for each in answers] == ["R-1", "R-2", "R-3"]

    async def test_changes_budgets_by_the_percentage_given(self, desk: Desk) -> None:
        action = {"type": "decrease_budget", "value": 15}
        answer = await desk.execute("create_rule", a_rule_order(action=action))
        assert answer["status"] == "success"
        assert "15" in answer["message"]

    async def test_is_checked_with_all_the_others_unless_it_has_a_pace_of_its_own(
        self, desk: Desk
    ) -> None:
        campaign = await desk.shop.running_campaign()
        desk.tell(campaign, (0, 0), (0, 0), (0, 0))
        for interval in (21_600, 3_600):
            await desk.execute("create_rule", a_rule_order(check_interval=interval))
        own, together = [await _job(desk, kind) for kind in ("rules.check_one", "rules.check")]
        assert (own.cron, own.payload) == ("0 * * * *", {"rule": "R-2"})
        assert await _checked_by(desk, together) == {"R-1"}
        assert await _checked_by(desk, own) == {"R-1", "R-2"}

    async def test_is_not_checked_at_odd_times(self, desk: Desk) -> None:
        answer = await desk.execute("create_rule", a_rule_order(check_interval=61))
        assert answer["error"]["details"]["parameter"] == "check_interval"


async def _job(desk: Desk, kind: str) -> Job:
    async with desk.shop.database.reading() as session:
        (job,) = await JobService.of(session, desk.shop.context()).of_kind(kind)
    return job


async def _checked_by(desk: Desk, job: Job) -> set[str]:
    """The rules that have been checked when the job is done."""
    context = desk.shop.context(platforms=desk.platforms)
    await handlers(desk.approvals)[job.kind](context, job.payload)
    async with desk.shop.database.reading() as session:
        rules = await session.scalars(select(Rule))
        return {rule.ref for rule in rules if rule.last_checked_at is not None}
