"""The verdict that may be read on any day, and what budgets and windows are shared."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.optimization.ab_tests import equal_shares
from tools.optimization.conditions import complete_days
from tools.optimization.sequential import Count, always_valid_p, e_value


def test_the_first_day_teaches_and_wins_nothing() -> None:
    assert e_value([[Count(1000, 10), Count(1000, 50)]]) == 1.0


def test_the_second_day_bets_on_what_the_first_taught() -> None:
    day = [Count(1000, 20), Count(1000, 40)]
    # Learnt: (20 + 10) / (1000 + 10 / 0.03) = 0.0225 and (40 + 10) / 1333.3 = 0.0375.
    expected = (0.0225 / 0.03) ** 20 * (0.0375 / 0.03) ** 40
    assert e_value([day, day]) == pytest.approx(expected)


def test_what_the_variants_share_does_not_count() -> None:
    day = [Count(1000, 30), Count(2000, 60)]
    assert e_value([day] * 10) == pytest.approx(1.0)


def _looks(rng: np.random.Generator, *rates: float, days: int = 14) -> bool:
    """Whether somebody who looks every day and stops at p ≤ 0.05 declares a winner."""
    drawn = [rng.binomial(5000, rate, days) for rate in rates]
    shown = [[Count(5000, int(hits[day])) for hits in drawn] for day in range(days)]
    return any(always_valid_p(e_value(shown[:day])) <= 0.05 for day in range(1, days + 1))


@pytest.mark.parametrize("variants", [2, 4])
def test_looking_every_day_finds_nothing_where_nothing_is(variants: int) -> None:
    rng = np.random.default_rng(7)
    wrong = sum(_looks(rng, *[0.02] * variants) for _ in range(1500))
    assert wrong / 1500 <= 0.05


def test_looking_every_day_finds_a_fifth_more() -> None:
    rng = np.random.default_rng(7)
    assert sum(_looks(rng, 0.02, 0.024) for _ in range(200)) / 200 > 0.9


def test_a_bet_that_loses_everything_leaves_a_p_value() -> None:
    first, then = [Count(5000, 4000), Count(5000, 0)], [Count(5000, 0), Count(5000, 4000)]
    assert always_valid_p(e_value([first, then, then])) == 1.0


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=2),
        max_size=8,
    )
)
def test_any_figures_give_a_p_value(days: list[list[tuple[int, int]]]) -> None:
    counts = [[Count(shown + hits, hits) for shown, hits in day] for day in days]
    assert 0 < always_valid_p(e_value(counts)) <= 1


@given(st.decimals(min_value="0.1", max_value=10**6, places=2), st.integers(2, 10))
def test_shares_are_equal_to_the_cent_and_together_what_was_approved(
    budget: Decimal, n: int
) -> None:
    shares = equal_shares(budget, n)
    assert (len(shares), sum(shares)) == (n, budget)
    assert max(shares) - min(shares) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("time_range", "days"), [("1h", 1), ("24h", 1), ("25h", 2), ("48h", 2), ("7d", 7), ("0d", 1)]
)
def test_a_window_covers_at_least_what_was_asked(time_range: str, days: int) -> None:
    assert complete_days(time_range) == days
