"""What a test can show is foreseen from the past."""

from decimal import Decimal

import pytest

from tools.campaigns.service import Figures
from tools.optimization.experiments import ALPHA, trials_needed
from tools.optimization.planning import forecast, smallest_difference

# 10 a thousand impressions, one of which in a thousand converts.
PAST = Figures(spend=Decimal(1000), impressions=100_000, conversions=100, revenue=Decimal(5000))


def test_trials_and_conversions_follow_from_the_money() -> None:
    found = forecast(PAST, Decimal(200), 14, 2)
    assert found is not None
    assert (found.trials, round(found.conversions)) == (140_000, 140)
    assert found.enough


def test_too_little_names_the_days_and_the_budget_that_would_do() -> None:
    found = forecast(PAST, Decimal(100), 7, 2)
    assert found is not None
    assert not found.enough
    assert found.days == 20
    again = forecast(PAST, Decimal(100), found.days, 2)
    richer = forecast(PAST, found.budget, 7, 2)
    assert again is not None
    assert again.enough
    assert richer is not None
    assert richer.enough


@pytest.mark.parametrize("variants", [2, 3])
def test_the_smallest_difference_needs_the_trials_there_are(variants: int) -> None:
    found = smallest_difference(0.02, 20_000, variants)
    assert found is not None
    alpha = ALPHA / (variants * (variants - 1) // 2)
    assert trials_needed(0.02, found, alpha=alpha) <= 20_000
    assert trials_needed(0.02, found * 0.99, alpha=alpha) > 20_000


def test_more_variants_find_only_larger_differences() -> None:
    two, four = (smallest_difference(0.02, 20_000, variants) for variants in (2, 4))
    assert two is not None
    assert four is not None
    assert two < four


def test_a_handful_of_trials_finds_nothing() -> None:
    assert smallest_difference(0.001, 5) is None


@pytest.mark.parametrize(
    "past", [Figures(), Figures(spend=Decimal(10), impressions=1000)], ids=["nothing", "barren"]
)
def test_without_a_past_nothing_is_foreseen(past: Figures) -> None:
    assert forecast(past, Decimal(100), 7, 2) is None
