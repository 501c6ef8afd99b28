"""Scores by the rules of FEATURES LE-4."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tables.lead import Activity, Trait
from tools.leads.scoring import LIMITS, Event, Part, Score, score

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=20)


def did(*activities: Activity, at: datetime = LONG_AGO) -> list[Event]:
    return [(activity, at) for activity in activities]


def parts(found: Score) -> tuple[int, ...]:
    return tuple(found.parts[part] for part in Part)


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (Activity.visit, (5, 0, 0, 0)),
        (Activity.download, (10, 0, 0, 0)),
        (Activity.enquiry, (15, 0, 0, 0)),
        (Activity.event, (20, 0, 0, 0)),
        (Activity.mail_open, (0, 0, 3, 0)),
        (Activity.mail_click, (0, 0, 5, 0)),
        (Activity.reply, (0, 0, 10, 0)),
    ],
)
def test_each_activity_has_its_points(activity: Activity, expected: tuple[int, ...]) -> None:
    assert parts(score(did(activity), (), NOW)) == expected


@pytest.mark.parametrize(
    ("trait", "points"),
    [(Trait.target_industry, 20), (Trait.decision_maker, 15), (Trait.company_size, 10)],
)
def test_each_trait_has_its_points(trait: Trait, points: int) -> None:
    assert parts(score((), [trait], NOW)) == (0, points, 0, 0)


def test_a_lead_that_did_everything_has_a_hundred_points() -> None:
    found = score([*did(*Activity, *Activity), (Activity.visit, NOW)], list(Trait), NOW)
    assert parts(found) == (40, 30, 20, 10)
    assert found.total == 100


def test_a_lead_that_did_nothing_has_none() -> None:
    found = score((), (), NOW)
    assert found.total == 0
    assert found.reasons == ()
    assert found.until is None


def test_the_same_kind_counts_at_most_three_times() -> None:
    found = score(did(*[Activity.visit] * 5), (), NOW)
    assert found.parts[Part.behaviour] == 15
    assert [(reason.seen, reason.points) for reason in found.reasons] == [(5, 15)]


@pytest.mark.parametrize(("days", "points"), [(89, 5), (90, 0), (91, 0)])
def test_what_happened_ninety_days_ago_no_longer_counts(days: int, points: int) -> None:
    found = score(did(Activity.visit, at=NOW - timedelta(days=days)), (), NOW)
    assert found.parts[Part.behaviour] == points


def test_what_a_lead_is_does_not_fade() -> None:
    years_later = NOW + timedelta(days=1000)
    assert score((), [Trait.decision_maker], years_later).total == 15


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(days=7) - SECOND, (5, 0, 0, 10)),
        (timedelta(days=7), (5, 0, 0, 0)),
        (timedelta(days=90) - SECOND, (5, 0, 0, 0)),
        (timedelta(days=90), (0, 0, 0, 0)),
    ],
)
def test_the_edges_are_exact_to_the_second(ago: timedelta, expected: tuple[int, ...]) -> None:
    assert parts(score(did(Activity.visit, at=NOW - ago), (), NOW)) == expected


@pytest.mark.parametrize(
    ("events", "being", "expected"),
    [
        pytest.param(did(*[Activity.enquiry] * 2), (), (30, 0, 0, 0), id="below the limit"),
        pytest.param(did(*[Activity.enquiry] * 3), (), (40, 0, 0, 0), id="45 clipped to 40"),
        pytest.param((), (Trait.target_industry, Trait.decision_maker), (0, 30, 0, 0),
                     id="35 clipped to 30"),
        pytest.param(did(*[Activity.reply] * 3), (), (0, 0, 20, 0), id="30 clipped to 20"),
        pytest.param(did(Activity.reply, Activity.mail_click, Activity.mail_open), (),
                     (0, 0, 18, 0), id="kinds add up"),
        pytest.param(did(Activity.visit, at=NOW - timedelta(days=30)), (), (5, 0, 0, 0),
                     id="idleness takes nothing from other parts"),
    ],
)  # fmt: skip
def test_parts_are_summed_and_then_clipped(
    events: list[Event], being: tuple[Trait, ...], expected: tuple[int, ...]
) -> None:
    assert parts(score(events, being, NOW)) == expected


@pytest.mark.parametrize(
    ("days", "kind", "points"),
    [(0, "active", 10), (6, "active", 10), (7, None, 0), (29, None, 0), (30, "idle", -5),
     (200, "idle", -5)],
)  # fmt: skip
def test_recency_follows_the_last_activity(days: int, kind: str | None, points: int) -> None:
    events = [*did(Activity.visit, at=NOW - timedelta(days=300)),
              *did(Activity.visit, at=NOW - timedelta(days=days))]  # fmt: skip
    found = score(events, (), NOW)
    recency = [reason for reason in found.reasons if reason.part is Part.recency]
    assert [(reason.kind, reason.points) for reason in recency] == (
        [(kind, points)] if kind else []
    )
    assert found.parts[Part.recency] == max(0, points)


def test_the_future_counts_nothing_yet() -> None:
    tomorrow = NOW + timedelta(days=1)
    found = score(did(Activity.enquiry, at=tomorrow), (), NOW)
    assert found.total == 0
    assert found.until == tomorrow


moments = st.integers(min_value=-200 * 24, max_value=48).map(lambda hours: timedelta(hours=hours))
histories = st.lists(st.tuples(st.sampled_from(Activity), moments), max_size=30).map(
    lambda rows: [(activity, NOW + offset) for activity, offset in rows]
)
traits = st.frozensets(st.sampled_from(Trait))


@given(events=histories, being=traits)
def test_every_part_stays_within_its_limits(events: list[Event], being: frozenset[Trait]) -> None:
    found = score(events, being, NOW)
    assert all(0 <= found.parts[part] <= LIMITS[part] for part in Part)
    assert found.total == sum(found.parts.values())


@given(events=histories, being=traits)
def test_the_reasons_add_up_to_the_points(events: list[Event], being: frozenset[Trait]) -> None:
    found = score(events, being, NOW)
    for part, limit in LIMITS.items():
        earned = sum(reason.points for reason in found.reasons if reason.part is part)
        assert found.parts[part] == min(max(earned, 0), limit)


@given(events=histories, being=traits, order=st.randoms(use_true_random=False))
def test_the_order_of_what_happened_does_not_matter(
    events: list[Event], being: frozenset[Trait], order: Random
) -> None:
    shuffled = list(events)
    order.shuffle(shuffled)
    assert score(shuffled, being, NOW) == score(events, being, NOW)


@given(events=histories, share=st.integers(0, 999))
def test_a_score_holds_until_it_says(events: list[Event], share: int) -> None:
    found = score(events, (), NOW)
    end = found.until or NOW + timedelta(days=400)
    later = score(events, (), NOW + (end - NOW) * share / 1000)
    assert later == found


@given(events=histories, activity=st.sampled_from(Activity))
def test_doing_more_now_never_costs_points(events: list[Event], activity: Activity) -> None:
    before = score(events, (), NOW).total
    assert score([*events, (activity, NOW)], (), NOW).total >= before
