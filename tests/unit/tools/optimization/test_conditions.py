"""When a rule holds, exactly; and what becomes of a budget, to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.service import Figures
from tools.optimization.conditions import holds, lowered, measure, raised

_VALUE = st.decimals(min_value=0, max_value=10**6, places=4)
_BUDGET = st.decimals(min_value=10, max_value=10**6, places=2)
_PERCENT = st.decimals(min_value="0.01", max_value=50, places=2)
_FIGURES = st.builds(
    Figures,
    spend=st.decimals(min_value=0, max_value=10**6, places=2),
    revenue=st.decimals(min_value=0, max_value=10**6, places=2),
    impressions=st.integers(0, 10**6), clicks=st.integers(0, 10**5),
    conversions=st.integers(0, 10**4),
)  # fmt: skip


@given(_VALUE, _VALUE)
def test_above_and_below_are_exact(measured: Decimal, value: Decimal) -> None:
    assert holds("roas", "greater_than", measured, value) is (measured > value)
    assert holds("roas", "less_than", measured, value) is (measured < value)


@given(st.sampled_from(["cpa", "roas"]), _VALUE, _VALUE)
def test_equal_means_equal_as_shown(metric: str, measured: Decimal, value: Decimal) -> None:
    step = Decimal("0.01") if metric == "cpa" else Decimal("0.0001")
    same = measured.quantize(step) == value.quantize(step)
    assert holds(metric, "equals", measured, value) is same


def test_a_third_is_compared_exactly() -> None:
    cpa = measure("cpa", Figures(spend=Decimal(100), conversions=3))
    assert cpa is not None
    assert holds("cpa", "greater_than", cpa, Decimal("33.33"))
    assert not holds("cpa", "greater_than", cpa, Decimal("33.3334"))
    assert holds("cpa", "equals", cpa, Decimal("33.33"))


@given(st.sampled_from(["cpa", "roas", "ctr", "cpc"]), _FIGURES)
def test_a_ratio_without_a_denominator_is_no_data(metric: str, figures: Figures) -> None:
    below = {
        "cpa": figures.conversions, "roas": figures.spend, "ctr": figures.impressions,
        "cpc": figures.clicks,
    }[metric]  # fmt: skip
    assert (measure(metric, figures) is None) is (below == 0)


def test_a_ctr_is_measured_in_percent() -> None:
    assert measure("ctr", Figures(clicks=1, impressions=50)) == 2


@pytest.mark.parametrize("metric", ["spend", "revenue", "conversions", "impressions", "clicks"])
def test_counts_and_sums_are_data_even_when_nothing_happened(metric: str) -> None:
    assert measure(metric, Figures()) == 0


@given(_BUDGET, _PERCENT)
def test_a_cut_is_to_the_cent_and_never_below_the_minimum(
    budget: Decimal, percent: Decimal
) -> None:
    after = lowered(budget, percent, Decimal(10))
    assert after == after.quantize(Decimal("0.01"))
    assert Decimal(10) <= after <= budget
    exact = budget * (100 - percent) / 100
    assert after == 10 or abs(after - exact) <= Decimal("0.005")


@given(_BUDGET, _PERCENT)
def test_a_raise_is_to_the_cent_and_never_more_than_was_set(
    budget: Decimal, percent: Decimal
) -> None:
    after = raised(budget, percent)
    assert after == after.quantize(Decimal("0.01"))
    assert budget <= after <= budget * (100 + percent) / 100
