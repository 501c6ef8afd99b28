"""What a rule would have done on days gone by."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.conditions import CONDITIONS
from tools.campaigns.platforms.base import AdMetrics
from tools.conditions import Condition, Goal
from tools.optimization.guards import Guards
from tools.optimization.replay import Played, Track, walk
from tools.reading.conditions import condition

FIRST = date(2026, 10, 1)
GOALS: Mapping[Goal, Decimal | None] = {
    Goal.cpa: Decimal(30), Goal.roas: Decimal(2), Goal.budget: Decimal(100),
}  # fmt: skip
DAYS = [FIRST + timedelta(days=n) for n in range(12)]


def _row(ad_set: str, day: date, spend: int, conversions: int, clicks: int = 20) -> AdMetrics:
    return AdMetrics(
        campaign_id="c", ad_set_id=ad_set, ad_id="ad", day=day, spend=Decimal(spend),
        revenue=Decimal(conversions * 50), impressions=1000, clicks=clicks,
        conversions=conversions,
    )  # fmt: skip


def _track(*figures: tuple[int, int], ad_set: str = "A-1.1", least: Decimal = Decimal(0)) -> Track:
    """Spend and conversions of each day from the first on."""
    rows = [
        _row(ad_set, FIRST + timedelta(days=n), spend, conversions)
        for n, (spend, conversions) in enumerate(figures)
    ]
    return Track(ad_set=ad_set, rows=rows, goals=GOALS, least=least)


def _rule(text: str, action: str = "pause_adset", step: int | None = None, **guards: int) -> Played:
    return Played(
        condition=condition(text), guards=Guards(**guards), action=action,
        step=Decimal(step) if step else None,
    )  # fmt: skip


def test_a_pause_saves_what_was_spent_from_that_day_on_and_comes_once() -> None:
    track = _track((100, 5), (100, 1), (100, 1), (100, 1), (100, 1))
    (deed,) = walk(_rule("cpa of 1d > 60"), [track], DAYS[:5]).deeds
    # The second day is known on the third.
    assert (deed.day, deed.spend, deed.revenue) == (DAYS[2], Decimal(-300), Decimal(-150))
    assert deed.figures[0]["value"] == "100"


def test_a_cut_stacks_and_stops_at_the_platforms_minimum() -> None:
    track = _track(*[(100, 1)] * 12, least=Decimal("0.7"))
    found = walk(_rule("cpa of 1d > 60", "decrease_budget", 20), [track], DAYS)
    assert [deed.share for deed in found.deeds] == [Decimal("-0.2"), Decimal("-0.1")]
    assert found.waits["at_minimum"] == 9


def test_the_cool_down_holds_and_is_counted() -> None:
    track = _track(*[(100, 1)] * 12)
    found = walk(_rule("cpa of 1d > 60", "notify", cool_down_hours=72), [track], DAYS)
    assert [deed.day for deed in found.deeds] == [DAYS[n] for n in (1, 4, 7, 10)]
    assert found.waits["cool_down"] == 7


def test_too_little_data_waits() -> None:
    track = _track((100, 0), (100, 0), (100, 0), (100, 0))
    rule = Played(
        condition=condition("conversions of 2d = 0"), action="pause_adset",
        guards=Guards(minimum_spend_targets=Decimal("6.5")),
    )  # fmt: skip
    found = walk(rule, [track], DAYS[:4])
    # Two complete days are never more than 200, and 6.5 times 30 is 195.
    assert [deed.day for deed in found.deeds] == [DAYS[2]]
    assert found.waits["minimum_spend"] == 1


_HISTORY = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 9)), min_size=1, max_size=12)


@given(
    CONDITIONS, st.lists(_HISTORY, min_size=1, max_size=4),
    st.sampled_from(["pause_adset", "decrease_budget", "increase_budget", "notify", "start_adset"]),
    st.integers(1, 96), st.integers(1, 3), st.lists(st.integers(1, 7), max_size=7, unique=True),
)  # fmt: skip
def test_over_any_history_no_limit_is_passed(
    found: Condition, histories: list[list[tuple[int, int]]], action: str, cool_down: int,
    most: int, days: list[int],
) -> None:  # fmt: skip
    guards = Guards(cool_down_hours=cool_down, most_a_day=most, days=tuple(days))
    rule = Played(condition=found, guards=guards, action=action, step=Decimal(20))
    tracks = [_track(*each, ad_set=f"A-1.{n}") for n, each in enumerate(histories)]
    deeds = walk(rule, tracks, DAYS).deeds
    assert all(count <= most for count in Counter(deed.day for deed in deeds).values())
    assert all(not days or deed.day.isoweekday() in days for deed in deeds)
    for track in tracks:
        mine = [deed.day for deed in deeds if deed.ad_set == track.ad_set]
        gaps = [(after - before).days * 24 for before, after in pairwise(mine)]
        assert all(gap >= cool_down for gap in gaps)
        if action == "pause_adset":
            assert len(mine) <= 1


_OFTEN_MET = [condition("spend of 1d > 100"), condition("cpa of 2d > 40 or conversions of 1d = 0")]


@given(CONDITIONS | st.sampled_from(_OFTEN_MET), _HISTORY, st.integers(1, 11))
def test_what_comes_later_changes_nothing_before(
    found: Condition, history: list[tuple[int, int]], cut: int
) -> None:
    rule = Played(condition=found, guards=Guards(), action="notify")
    whole = walk(rule, [_track(*history)], DAYS).deeds
    known = walk(rule, [_track(*history[:cut])], DAYS[: cut + 1]).deeds
    assert [deed.day for deed in known] == [deed.day for deed in whole if deed.day <= DAYS[cut]]
