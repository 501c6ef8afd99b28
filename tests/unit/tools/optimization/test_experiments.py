"""Golden numbers of R, statsmodels, gbstats and the literature, and what holds for any counts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.optimization.experiments import (
    Variant,
    chi_square,
    duration,
    holm,
    obrien_fleming_bound,
    pairs,
    sample_ratio_p,
    sequential_interval,
    trials_needed,
    two_proportion_z,
    wilson_interval,
)


def variants(*counts: tuple[int, int]) -> list[Variant]:
    """Conversions and trials of each."""
    return [Variant(chr(ord("A") + at), hits, trials) for at, (hits, trials) in enumerate(counts)]


def test_chi_square_of_four_groups_as_r_computes_it() -> None:
    found = chi_square(variants((73, 86), (90, 93), (114, 136), (75, 82)))
    assert found == pytest.approx((11.11938768628861, 0.011097511366581344, 3))


def test_two_groups_of_the_same_size() -> None:
    assert chi_square(variants((40, 100), (50, 100))).p_value == pytest.approx(0.155218, abs=1e-6)


@pytest.mark.parametrize("hits", [0, 10], ids=["nobody converted", "everybody did"])
def test_equal_extremes_are_equal(hits: int) -> None:
    assert chi_square(variants((hits, 10), (hits, 10))) == (0.0, 1.0, 1)
    assert two_proportion_z(*variants((hits, 10), (hits, 10))) == (0.0, 1.0)


def test_a_variant_that_nobody_saw_does_not_count() -> None:
    seen = variants((40, 100), (50, 100))
    assert chi_square([*seen, Variant("unseen", 0, 0)]) == chi_square(seen)


def test_z_of_two_rates_as_r_computes_it() -> None:
    found = two_proportion_z(*variants((5, 83), (12, 99)))
    assert found == pytest.approx((-1.4078304, 0.1591813), abs=1e-7)
    assert chi_square(variants((5, 83), (12, 99))).statistic == pytest.approx(found.statistic**2)


def test_the_interval_of_a_rate_is_wilsons() -> None:
    assert wilson_interval(19, 38, 0.95) == pytest.approx((0.3484993, 0.6515007), abs=1e-7)
    assert wilson_interval(0, 0, 0.95) == (0.0, 1.0)
    assert wilson_interval(0, 10)[0] == 0.0
    assert wilson_interval(10, 10)[1] == 1.0


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_interval_of_a_rate_holds_the_rate(hits: int, misses: int) -> None:
    found = wilson_interval(hits, hits + misses)
    assert 0 <= found.low <= Variant("A", hits, hits + misses).rate <= found.high <= 1


def test_the_interval_for_any_time_is_that_of_gbstats() -> None:
    a, b = variants((1396, 3000), (2422, 3461))
    found = sequential_interval(a, b, 0.05, 5_000)
    assert found == pytest.approx((0.40098, 0.60675), abs=1e-5)


def test_the_interval_for_any_time_is_unbounded_while_nothing_is_known() -> None:
    a, b = variants((0, 100), (3, 100))
    assert sequential_interval(a, b) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("looks", "bound"), [(1, 1.960), (2, 1.977), (5, 2.040), (10, 2.087), (20, 2.126)]
)
def test_the_bound_of_planned_looks_is_that_of_the_tables(looks: int, bound: float) -> None:
    # Jennison and Turnbull, "Group Sequential Methods", table 2.3.
    assert obrien_fleming_bound(looks, 0.05) == pytest.approx(bound, abs=6e-4)


def test_looks_are_one_at_least() -> None:
    with pytest.raises(ValueError, match="looked at"):
        obrien_fleming_bound(0)


def test_planned_looks_find_a_tenth_more_and_nothing_where_nothing_is() -> None:
    rng, looks = np.random.default_rng(11), 14
    bound = obrien_fleming_bound(looks)

    def found(rate: float) -> bool:
        shown = np.cumsum(rng.binomial(5_000, (0.02, rate), (looks, 2)), axis=0)
        return any(
            abs(two_proportion_z(*variants(*((int(n), 5_000 * look) for n in row))).statistic)
            >= bound * math.sqrt(looks / look)
            for look, row in enumerate(shown, 1)
        )

    assert sum(found(0.02) for _ in range(1_000)) <= 70
    assert sum(found(0.022) for _ in range(300)) >= 195


def test_a_split_as_planned_passes_and_another_does_not() -> None:
    assert sample_ratio_p([10_000, 10_050], [1, 1]) > 0.5
    assert sample_ratio_p([10_000, 10_800], [1, 1]) < 0.01
    assert sample_ratio_p([10_000, 20_000], [1, 2]) == pytest.approx(1.0)
    assert sample_ratio_p([0, 0], [1, 1]) == 1.0


def test_holm_multiplies_the_smallest_most_and_never_turns_the_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_pairs_are_corrected_for_their_number() -> None:
    counts = variants((100, 1000), (100, 1000), (150, 1000))
    found = {(pair.first, pair.second): pair.p_value for pair in pairs(counts)}
    assert found["A", "B"] == 1.0
    assert found["A", "C"] == pytest.approx(3 * chi_square([counts[0], counts[2]]).p_value)


def test_the_size_of_a_test_is_that_of_statsmodels() -> None:
    assert trials_needed(0.5, 0.5, power=0.9) == 77


@pytest.mark.parametrize(("rate", "lift"), [(0.0, 0.1), (0.5, 0.0), (0.6, 0.9)])
def test_what_cannot_be_found_has_no_size(rate: float, lift: float) -> None:
    with pytest.raises(ValueError, match="rates"):
        trials_needed(rate, lift)


def test_more_variants_need_more_trials_and_days() -> None:
    two, four = duration(0.02, 0.2, 10_000), duration(0.02, 0.2, 10_000, variants=4)
    assert two.days == math.ceil(two.trials * 2 / 10_000)
    assert four.trials > two.trials
    assert four.days > 2 * two.days
    with pytest.raises(ValueError, match="shown"):
        duration(0.02, 0.2, 0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=5))
def test_any_counts_give_a_p_value(counts: list[tuple[int, int]]) -> None:
    found = variants(*((hits, hits + misses) for hits, misses in counts))
    assert 0 <= chi_square(found).p_value <= 1
    assert all(0 <= pair.p_value <= 1 for pair in pairs(found))
    low, high = sequential_interval(found[0], found[1])
    assert low <= high
