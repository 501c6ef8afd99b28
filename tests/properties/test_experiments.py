"""A/B tests: equal money, honest verdicts, advice with a winner."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from storage.tables.campaign import Ad, AdSet
from tests.builders.automation import Desk, a_test_order
from tests.properties.conftest import Stage
from tests.properties.examples import money, often
from tools.automation import answers
from tools.automation.ordering import Outcome
from tools.campaigns.platforms.base import AdMetrics
from tools.optimization.ab_tests import ExperimentPlan, propose_ab_test
from tools.optimization.analysing import Analysis, judge
from tools.optimization.arguments import CreateAbTest

DAY = date(2026, 11, 10)


# Feature: campaign-automation, Property 10: budgets of an A/B test equal B/N, to the cent, and sum to B
@often
@given(budget=money(100, 900), variants=st.integers(2, 8))
def test_every_variant_gets_the_same_money_and_together_all_of_it(
    stage: Stage, desk: Desk, budget: float, variants: int
) -> None:
    arguments = CreateAbTest(
        creative_ids=[f"CR-{number}" for number in range(1, variants + 1)],
        daily_budget=Decimal(str(budget)), duration_days=7, platform="sandbox",
    )  # fmt: skip
    proposal = stage.run(propose_ab_test(desk.shop.context(), arguments))
    creation = ExperimentPlan.model_validate(proposal.plan).creation
    shares = [row.daily_budget for row in creation.ad_sets]
    assert len(shares) == variants
    assert sum(shares) == creation.daily_budget == arguments.daily_budget
    assert all(abs(each - arguments.daily_budget / variants) < Decimal("0.01") for each in shares)


def test_the_module_shares_it_so(stage: Stage, desk: Desk) -> None:
    order = a_test_order(creative_ids=["CR-1", "CR-2", "CR-3"], daily_budget=100)
    answer = stage.run(desk.execute("create_ab_test", order))
    assert [row["daily_budget"] for row in answer["variants"]] == [33.34, 33.33, 33.33]


# Impressions, conversions, spend and revenue of one variant over the whole test.
VARIANT = st.integers(3_000, 60_000).flatmap(
    lambda shown: st.tuples(
        st.just(shown), st.integers(0, 400), st.integers(100, 5_000), st.integers(0, 20_000)
    )
)
VARIANTS = st.lists(VARIANT, min_size=2, max_size=4)


def analysed(counts: list[tuple[int, int, int, int]], days: int = 4) -> Analysis:
    rows, ad_sets = [], []
    for number, (shown, conversions, spend, revenue) in enumerate(counts, start=1):
        name = str(number)
        ad = Ad(organisation_id=1, creative=f"CR-{name}", copy="Try it", external_id=f"ad-{name}")
        ad_sets.append(
            AdSet(
                organisation_id=1, campaign_number=1, position=number, name=name, ads=[ad],
                external_id=f"set-{name}",
            )
        )  # fmt: skip
        rows.append(
            AdMetrics(
                campaign_id="c", ad_set_id=f"set-{name}", ad_id=f"ad-{name}",
                day=DAY - timedelta(days=1), spend=Decimal(spend), revenue=Decimal(revenue),
                impressions=shown, clicks=conversions, conversions=conversions,
            )
        )  # fmt: skip
    return judge(ad_sets, rows, days=days)


# Feature: campaign-automation, Property 11: chi-square with p-value, and a winner only with at least
# 100 conversions each and p < 0.05
@often
@given(counts=VARIANTS)
def test_somebody_wins_only_with_enough_data_and_a_significant_difference(
    counts: list[tuple[int, int, int, int]],
) -> None:
    found = analysed(counts)
    if min(conversions for _, conversions, _, _ in counts) < 100:
        assert (found.p_value, found.winner) == (None, None)
        return
    table = [[conversions, shown - conversions] for shown, conversions, _, _ in counts]
    expected = chi2_contingency(table, correction=False).pvalue
    assert found.p_value is not None
    assert abs(found.p_value - expected) <= 1e-9 + 1e-6 * expected
    assert (found.winner is not None) == (found.p_value < 0.05)
    if found.winner is not None:
        assert found.winner.rate == max(conversions / shown for shown, conversions, _, _ in counts)


# Two or more with enough data, one of them far better.
DECIDED = st.lists(
    st.tuples(
        st.integers(20_000, 40_000), st.integers(100, 150), st.integers(500, 3_000),
        st.integers(500, 9_000),
    ),
    min_size=1, max_size=3,
).flatmap(
    lambda others: st.tuples(
        st.just(20_000), st.integers(400, 500), st.integers(500, 3_000), st.integers(500, 9_000)
    ).map(lambda best: [best, *others])
)  # fmt: skip


# Feature: campaign-automation, Property 12: a winner comes with recommendations
@often
@given(counts=DECIDED)
def test_a_winner_comes_with_advice_on_it_and_on_the_worst(
    desk: Desk, counts: list[tuple[int, int, int, int]]
) -> None:
    found = analysed(counts)
    data: dict[str, Any] = found.as_json() | {"test": "T-1"}
    answer = answers.analysed(desk.shop.context(), Outcome(text="told", data=data))
    assert answer["winner"]["creative_id"] == "CR-1"
    assert (answer["winner"]["confidence"], answer["winner"]["p_value"]) == (95, found.p_value)
    ranked = [row["roas"] or 0 for row in answer["results"]]
    assert ranked == sorted(ranked, reverse=True)
    assert [row["rank"] for row in answer["results"]] == [*range(1, len(counts) + 1)]
    assert answer["recommendations"]
    assert "CR-1" in answer["recommendations"][-1]
    worst = answer["results"][-1]["creative_id"]
    if worst != "CR-1":
        assert worst in answer["recommendations"][0]
        assert "50%" in answer["recommendations"][1]
