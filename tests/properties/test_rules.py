"""Rules are made, act when they hold, and leave a trace."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.tables.optimization import Rule, RuleCheck
from tests.builders.automation import Desk, a_rule_order
from tests.properties.conftest import Stage
from tests.properties.examples import often
from tools.optimization.service import check_now

# Values of a rule, and figures a day for each of three ad sets: 100 of spend, 20,000 impressions.
VALUES = {"cpa": (2, 60), "roas": (1, 20), "conversions": (1, 250), "spend": (600, 800)}
COUNTS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 2_000)), min_size=3, max_size=3)
DAYS = 7


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    metric = draw(st.sampled_from(sorted(VALUES)))
    return {
        "metric": metric, "operator": draw(st.sampled_from(["greater_than", "less_than"])),
        "value": draw(st.integers(*VALUES[metric])), "time_range": "7d",
    }  # fmt: skip


def holds(condition: dict[str, Any], conversions: int, revenue: int) -> bool:
    """By hand."""
    measured = {
        "cpa": Decimal(100) / conversions, "roas": Decimal(revenue) / 100,
        "conversions": Decimal(conversions * DAYS), "spend": Decimal(100 * DAYS),
    }[condition["metric"]]  # fmt: skip
    value: int = condition["value"]
    return measured > value if condition["operator"] == "greater_than" else measured < value


class Watched:
    """A shop with a running campaign; another one when it has many rules."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.desk: Desk | None = None
        self.made = 0

    async def checked(
        self, condition: dict[str, Any], counts: list[tuple[int, int]]
    ) -> tuple[dict[str, Any], Rule, list[RuleCheck], int]:
        """The answer, the rule, its log, and how many people were told something."""
        if self.desk is None or self.made % 20 == 0:
            self.desk = await self.stage.desk()
            await self.desk.shop.running_campaign()
        self.made += 1
        desk, shop = self.desk, self.desk.shop
        order = a_rule_order(
            condition=condition, action={"type": "notify"}, applies_to="C-1",
            rule_name=f"Rule {self.made}",
        )  # fmt: skip
        answer = await desk.execute("create_rule", order)
        desk.tell(await shop.campaigns.get("C-1"), *counts, days=DAYS)
        told = len(desk.notifier.sent) + len(desk.notifier.notices)
        context = shop.context(platforms=desk.platforms, notifier=desk.notifier)
        await check_now(context, desk.approvals, answer["rule_id"])
        told = len(desk.notifier.sent) + len(desk.notifier.notices) - told
        async with shop.database.reading() as session:
            found = await session.scalars(
                select(Rule).where(Rule.organisation_id == shop.organisation.id)
            )
            rule = next(each for each in found if each.ref == answer["rule_id"])
            log = await session.scalars(select(RuleCheck).where(RuleCheck.rule_id == rule.id))
            return answer, rule, list(log), told


@pytest.fixture(scope="module")
def watched(stage: Stage) -> Watched:
    return Watched(stage)


# Feature: campaign-automation, Property 13: rules are created, act when they hold, and are logged
@often
@given(condition=conditions(), counts=COUNTS)
def test_a_rule_acts_on_the_ad_sets_for_which_it_holds_and_every_check_is_logged(
    watched: Watched, condition: dict[str, Any], counts: list[tuple[int, int]]
) -> None:
    answer, rule, log, told = watched.stage.run(watched.checked(condition, counts))
    assert answer["status"] == "success", answer
    assert rule.enabled
    assert rule.last_checked_at is not None
    assert {each.ad_set for each in log} == {"A-1.1", "A-1.2", "A-1.3"}
    fired = {each.ad_set for each in log if each.outcome.value == "told"}
    assert fired == {
        f"A-1.{place}" for place, each in enumerate(counts, start=1) if holds(condition, *each)
    }
    assert (told > 0) == bool(fired)
