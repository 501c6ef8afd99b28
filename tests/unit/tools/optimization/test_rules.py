"""The budget rules, one by one and together."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.service import Figures
from tools.optimization.rules import Advice, Move, Record, Targets, judge, waits

MINIMUM = Decimal(10)
_MONEY = st.decimals(min_value=0, max_value=10**6, places=2)
_TARGET = st.none() | st.decimals(min_value="0.1", max_value=1000, places=2)


def _record(
    *, spend: str = "700", revenue: str = "700", conversions: int = 7, budget: str = "100",
    last: tuple[tuple[int, int], ...] = ((100, 1), (100, 1), (100, 1)),
) -> Record:  # fmt: skip
    """`last` are spend and conversions of the last three days."""
    return Record(
        budget=Decimal(budget),
        week=Figures(spend=Decimal(spend), revenue=Decimal(revenue), conversions=conversions),
        last_days=[Figures(spend=Decimal(cost), conversions=count) for cost, count in last],
    )


BARREN = ((100, 0), (100, 0), (100, 0))


@pytest.mark.parametrize(
    ("revenue", "advice"),
    [
        pytest.param("2100", None, id="exactly 1.5 times"),
        pytest.param("2100.01", Advice(move=Move.increase, budget=Decimal(120)), id="a bit more"),
    ],
)
def test_a_roas_above_one_and_a_half_times_the_target_raises_by_a_fifth(
    revenue: str, advice: Advice | None
) -> None:
    assert judge(_record(revenue=revenue), Targets(roas=Decimal(2)), minimum=MINIMUM) == advice


@pytest.mark.parametrize(
    ("spend", "advice"),
    [
        pytest.param("630", None, id="exactly 1.5 times"),
        pytest.param("630.01", Advice(move=Move.decrease, budget=Decimal(80)), id="a bit more"),
    ],
)
def test_a_cpa_above_one_and_a_half_times_the_target_cuts_by_a_fifth(
    spend: str, advice: Advice | None
) -> None:
    assert judge(_record(spend=spend), Targets(cpa=Decimal(60)), minimum=MINIMUM) == advice


def test_three_days_without_conversions_pause() -> None:
    advice = judge(_record(last=BARREN), Targets(), minimum=MINIMUM)
    assert advice == Advice(move=Move.pause, budget=Decimal(0))


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(((100, 0), (100, 0), (100, 1)), id="a conversion yesterday"),
        pytest.param(((100, 1), (100, 0), (100, 0)), id="a conversion three days ago"),
        pytest.param(((0, 0), (100, 0), (100, 0)), id="not delivered on one day"),
    ],
)
def test_anything_less_than_three_barren_days_does_not_pause(
    last: tuple[tuple[int, int], ...],
) -> None:
    assert judge(_record(last=last), Targets(), minimum=MINIMUM) is None


@pytest.mark.parametrize(("target", "pauses"), [("100", True), ("100.01", False)])
def test_a_pause_waits_until_three_conversions_could_have_been_paid(
    target: str, pauses: bool
) -> None:
    record, targets = _record(last=BARREN), Targets(cpa=Decimal(target))
    advice = judge(record, targets, minimum=MINIMUM)
    assert (advice is not None and advice.move is Move.pause) is pauses
    assert waits(record, targets) is not pauses


def test_a_pause_comes_before_a_cut_and_a_cut_before_a_raise() -> None:
    everything = _record(spend="700", revenue="7000", conversions=1, last=BARREN)
    targets = Targets(roas=Decimal(1), cpa=Decimal(50))
    assert judge(everything, targets, minimum=MINIMUM) == Advice(move=Move.pause, budget=Decimal(0))
    selling = _record(spend="700", revenue="7000", conversions=1)
    advice = judge(selling, targets, minimum=MINIMUM)
    assert advice is not None
    assert advice.move is Move.decrease


def test_a_rule_without_its_target_is_off() -> None:
    extreme = _record(spend="700", revenue="70000", conversions=1)
    assert judge(extreme, Targets(), minimum=MINIMUM) is None


@pytest.mark.parametrize(("budget", "after"), [("11", "10"), ("10", None)])
def test_a_cut_stops_at_the_platforms_minimum(budget: str, after: str | None) -> None:
    record = _record(budget=budget, conversions=1)
    advice = judge(record, Targets(cpa=Decimal(1)), minimum=MINIMUM)
    assert (advice and advice.budget) == (after and Decimal(after))


@given(
    budget=st.decimals(min_value=10, max_value=10**6, places=2),
    spend=_MONEY, revenue=_MONEY, conversions=st.integers(0, 500), roas=_TARGET, cpa=_TARGET,
    last=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 3)), min_size=3, max_size=3),
)  # fmt: skip
def test_no_step_is_larger_than_half_except_a_pause(
    budget: Decimal, spend: Decimal, revenue: Decimal, conversions: int, roas: Decimal | None,
    cpa: Decimal | None, last: list[tuple[int, int]],
) -> None:  # fmt: skip
    record = _record(
        spend=str(spend), revenue=str(revenue), conversions=conversions, budget=str(budget),
        last=tuple(last),
    )  # fmt: skip
    advice = judge(record, Targets(roas=roas, cpa=cpa), minimum=MINIMUM)
    if advice is not None and advice.move is not Move.pause:
        assert budget / 2 <= advice.budget <= budget * Decimal("1.5")
        assert advice.budget >= MINIMUM
        assert advice.budget != budget
