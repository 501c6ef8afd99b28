"""What the budget rules do, and how they say it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import ApprovalSettings
from storage.tables.campaign import Campaign
from tests.builders.automation import Desk
from tests.properties.conftest import Stage
from tests.properties.examples import often
from tools.campaigns.service import Figures
from tools.optimization.rules import FAR, Move, Record, Targets, judge, waits

MINIMUM = Decimal(10)
TO_SPEND = st.decimals(min_value=0, max_value=10_000, places=2)
TARGET = st.none() | st.decimals(min_value="0.5", max_value=200, places=2)
DAYS = st.builds(Figures, spend=TO_SPEND, revenue=TO_SPEND, conversions=st.integers(0, 3))
RECORDS = st.builds(
    Record,
    budget=st.decimals(min_value=10, max_value=5_000, places=2),
    week=st.builds(Figures, spend=TO_SPEND, revenue=TO_SPEND, conversions=st.integers(0, 200)),
    last_days=st.lists(DAYS, min_size=3, max_size=3),
)


# Feature: campaign-automation, Property 5: the budget rules: ROAS > 1.5 x target +20 %, CPA > 1.5 x
# target -20 %, 3 days without conversion pause, at most 50 % a step
@often
@given(record=RECORDS, targets=st.builds(Targets, roas=TARGET, cpa=TARGET))
def test_an_ad_set_is_paused_cut_or_raised_by_the_rules_and_never_by_more_than_half(
    record: Record, targets: Targets
) -> None:
    advice = judge(record, targets, minimum=MINIMUM)
    week = record.week
    dear = None not in (week.cpa, targets.cpa) and week.cpa > FAR * targets.cpa  # type: ignore[operator]
    good = None not in (week.roas, targets.roas) and week.roas > FAR * targets.roas  # type: ignore[operator]
    barren = all(day.spend > 0 and day.conversions == 0 for day in record.last_days)
    if barren and not waits(record, targets):
        assert advice is not None
        assert (advice.move, advice.budget) == (Move.pause, Decimal(0))
        return
    if dear:
        cut = max((record.budget * Decimal("0.8")).quantize(Decimal("0.01")), MINIMUM)
        assert advice is None or (advice.move, advice.budget) == (Move.decrease, cut)
        assert (advice is None) == (cut >= record.budget)
    elif good:
        assert advice is not None
        assert advice.move is Move.increase
        assert abs(advice.budget - record.budget * Decimal("1.2")) <= Decimal("0.005")
    else:
        assert advice is None
    if advice is not None:
        assert abs(advice.budget - record.budget) <= record.budget / 2


FIGURES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 1_500)), min_size=3, max_size=3)


@dataclass
class Running:
    """A campaign that runs; a new one after it was changed."""

    stage: Stage
    desk: Desk
    campaign: Campaign | None = None

    def execute(self, figures: list[tuple[int, int]], metric: str) -> dict[str, Any]:
        return self.stage.run(self._executed(figures, metric))

    async def _executed(self, figures: list[tuple[int, int]], metric: str) -> dict[str, Any]:
        if self.campaign is None:
            self.campaign = await self.desk.shop.running_campaign(
                f"example:{next(self.stage.numbers)}", target_roas=Decimal(2),
                target_cpa=Decimal(20),
            )  # fmt: skip
        self.desk.tell(self.campaign, *figures)
        order = {"campaign_id": self.campaign.ref, "target_metric": metric}
        answer = await self.desk.execute("optimize_budget", order)
        if answer.get("approval", {}).get("status") == "executed":
            self.campaign = None
        return answer


@pytest.fixture(scope="module")
def running(stage: Stage) -> Running:
    """Whatever costs more waits for somebody else, so that most examples change nothing."""
    desk = stage.run(stage.desk())
    desk.approvals = ApprovalSettings(own_daily_limit=Decimal(0))
    return Running(stage, desk)


# Feature: campaign-automation, Property 6: every optimisation names ad set, action and reason
@often
@given(figures=FIGURES, metric=st.sampled_from(["roas", "cpa"]))
def test_every_change_names_its_ad_set_its_action_and_its_reason(
    running: Running, figures: list[tuple[int, int]], metric: str
) -> None:
    answer = running.execute(figures, metric)
    assert answer["status"] == "success", answer
    assert answer["message"]
    for each in answer["optimizations"]:
        assert re.fullmatch(r"A-\d+\.[123]", each["adset_id"])
        assert each["reason"]
        old, new = each["old_budget"], each["new_budget"]
        assert {
            "pause": new == 0, "decrease_budget": old / 2 <= new < old,
            "increase_budget": old < new <= old * 1.5,
        }[each["action"]]  # fmt: skip
    named = [each["adset_id"] for each in answer["optimizations"]]
    assert len(set(named)) == len(named)


def test_the_module_applies_the_rules(running: Running) -> None:
    running.campaign = None
    answer = running.execute([(20, 900), (1, 100), (0, 0)], "roas")
    told = {each["action"] for each in answer["optimizations"]}
    assert told == {"increase_budget", "decrease_budget", "pause"}
