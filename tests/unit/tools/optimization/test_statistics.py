"""Golden numbers of the fixed-horizon test, and the verdict that may be read on any day."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.optimization.conditions import complete_days
from tools.optimization.experiments import equal_share
from tools.optimization.sequential import Count, always_valid_p, e_value
from tools.optimization.statistics import Arm, chi_square, holm, pairs, sample_ratio, wilson


def _arms(*counts: tuple[int, int]) -> list[Arm]:
    """Conversions and trials of each."""
    return [Arm(trials=trials, conversions=hits, money=1.0) for hits, trials in counts]


def test_chi_square_of_four_groups_as_r_computes_it() -> None:
    statistic, p_value = chi_square(_arms((73, 86), (90, 93), (114, 136), (75, 82)))
    assert statistic == pytest.approx(11.11938768628861)
    assert p_value == pytest.approx(0.011097511366581344)


def test_chi_square_of_two_groups_is_the_square_of_z() -> None:
    statistic, p_value = chi_square(_arms((5, 83), (12, 99)))
    assert statistic == pytest.approx(1.4078304**2)
    assert p_value == pytest.approx(0.1591813, abs=1e-7)


def test_two_groups_of_the_same_size() -> None:
    assert chi_square(_arms((40, 100), (50, 100)))[1] == pytest.approx(0.155218, abs=1e-6)


@pytest.mark.parametrize("hits", [0, 10], ids=["nobody converted", "everybody did"])
def test_equal_extremes_are_equal(hits: int) -> None:
    assert chi_square(_arms((hits, 10), (hits, 10))) == (0.0, 1.0)


def test_the_interval_of_a_rate_is_wilsons() -> None:
    assert wilson(19, 38) == pytest.approx((0.3484993, 0.6515007), abs=1e-7)
    assert wilson(0, 0) == (0.0, 1.0)


def test_holm_multiplies_the_smallest_most_and_never_turns_the_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_pairs_are_corrected_for_their_number() -> None:
    found = {(pair.first, pair.second): pair.p_value for pair in pairs(
        _arms((100, 1000), (100, 1000), (150, 1000))
    )}  # fmt: skip
    alone = chi_square(_arms((100, 1000), (150, 1000)))[1]
    assert found[0, 1] == 1.0
    assert found[0, 2] == pytest.approx(3 * alone)


def test_a_fair_split_passes_and_a_skewed_one_does_not() -> None:
    fair = [Arm(trials=n, conversions=0, money=100.0) for n in (10_000, 10_050)]
    skewed = [Arm(trials=n, conversions=0, money=100.0) for n in (10_000, 10_800)]
    assert sample_ratio(fair) > 0.5
    assert sample_ratio(skewed) < 0.001


def test_more_money_may_buy_more_impressions() -> None:
    arms = [Arm(trials=n, conversions=0, money=float(n)) for n in (10_000, 20_000)]
    assert sample_ratio(arms) == 1.0


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
def test_shares_are_equal_and_never_more_than_was_approved(budget: Decimal, n: int) -> None:
    share = equal_share(budget, n)
    assert budget - n * Decimal("0.01") < share * n <= budget
    assert share == share.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("time_range", "days"), [("1h", 1), ("24h", 1), ("25h", 2), ("48h", 2), ("7d", 7), ("0d", 1)]
)
def test_a_window_covers_at_least_what_was_asked(time_range: str, days: int) -> None:
    assert complete_days(time_range) == days
