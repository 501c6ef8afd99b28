"""Whether a condition holds, against a slow and plain reading of it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.conditions import CONDITIONS
from tools.campaigns.service import Figures
from tools.conditions import Comparison, Condition, Figure, Goal, figures, goals
from tools.optimization.conditions import evaluate
from tools.optimization.guards import Done, Guards, limits, too_little

_KNOWN = st.none() | st.sampled_from([Decimal(value) for value in ("0", "0.5", "1", "30", "1000")])


def _oracle(condition: Condition, world: dict[Figure | Goal, Decimal]) -> bool:
    """With everything known."""
    if not isinstance(condition, Comparison):
        found = [_oracle(part, world) for part in condition.parts]
        return any(found) if condition.any else all(found)
    left, right = world[condition.left], condition.value
    if condition.right is not None:
        right *= world[condition.right]
    step = Decimal("0.01") if condition.left.metric in ("cpa", "spend", "revenue", "cpc") else (
        Decimal("0.0001"))  # fmt: skip
    return {
        "greater_than": left > right, "less_than": left < right, "at_least": left >= right,
        "at_most": left <= right, "equals": left.quantize(step) == right.quantize(step),
    }[condition.operator]  # fmt: skip


@given(CONDITIONS, st.data())
def test_it_holds_as_it_reads_and_what_is_unknown_decides_nothing(
    condition: Condition, data: st.DataObject
) -> None:
    sides: list[Figure | Goal] = [*figures(condition), *sorted(goals(condition))]
    world = {side: data.draw(_KNOWN) for side in sides}
    unknown = [side for side, value in world.items() if value is None]
    found = evaluate(condition, world.__getitem__)
    # Whatever the unknown figures turn out to be, a decision stands.
    fillings = [Decimal(value) for value in ("0", "1", "99999999")]
    for filling in fillings:
        full = {side: filling if value is None else value for side, value in world.items()}
        if found is not None:
            assert _oracle(condition, full) is found
    if not unknown:
        assert found is not None


@given(
    st.builds(
        Guards, minimum_spend=st.none() | st.decimals(1, 1000, places=2),
        minimum_spend_targets=st.none() | st.decimals(1, 5, places=1),
        minimum_clicks=st.none() | st.integers(1, 100), most_a_day=st.integers(1, 5),
        most_per_ad_set=st.integers(1, 5),
    ),
    st.decimals(0, 2000, places=2), st.integers(0, 200), st.none() | st.decimals(1, 500, places=2),
    st.integers(0, 9), st.integers(0, 9),
)  # fmt: skip
def test_guards_let_pass_only_what_has_the_data_and_is_within_the_limits(
    guards: Guards, spend: Decimal, clicks: int, target: Decimal | None, today: int, here: int
) -> None:
    wait = too_little(guards, Figures(spend=spend, clicks=clicks), target)
    enough = spend >= (guards.minimum_spend or 0) and clicks >= (guards.minimum_clicks or 0)
    if guards.minimum_spend_targets is not None:
        enough = enough and target is not None and spend >= guards.minimum_spend_targets * target
    assert (wait is None) is enough
    within = today < guards.most_a_day and here < guards.most_per_ad_set
    assert (limits(guards, Done(today=today, here_today=here)) is None) is within
