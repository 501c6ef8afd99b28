"""Whom to ask first: rules that hold for any staff."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tools.support.routing import Candidate, rank

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
TIMES = st.one_of(
    st.none(), st.integers(0, 10_000).map(lambda minutes: NOON - timedelta(minutes=minutes))
)


@st.composite
def staffs(draw: st.DrawFn) -> list[Candidate]:
    ids = draw(st.lists(st.integers(1, 50), unique=True, max_size=8))
    return [
        Candidate(
            person_id=id_, fitting=draw(st.integers(0, 3)), busy=draw(st.integers(0, 6)),
            room=draw(st.integers(1, 5)), asked_at=draw(TIMES), reserve=draw(st.booleans()),
        )
        for id_ in ids
    ]  # fmt: skip


@given(staffs(), st.booleans(), st.sets(st.integers(1, 50)))
def test_who_has_room_and_was_not_asked_is_ranked_once(
    staff: list[Candidate], urgent: bool, asked: set[int]
) -> None:
    expected = {
        each.person_id
        for each in staff
        if (urgent or each.busy < each.room) and each.person_id not in asked
    }
    found = rank(staff, urgent=urgent, asked=asked)
    assert (len(found), set(found)) == (len(expected), expected)


@given(staffs())
def test_the_order_of_the_list_does_not_matter(staff: list[Candidate]) -> None:
    shuffled = sorted(staff, key=lambda each: (each.person_id * 7_919) % 53)
    assert rank(shuffled) == rank(staff)


@given(staffs())
def test_the_reserve_comes_last_and_skills_before_load(staff: list[Candidate]) -> None:
    known = {each.person_id: each for each in staff}
    found = [known[id_] for id_ in rank(staff, urgent=True)]
    keys = [(each.reserve, -each.fitting, each.busy / each.room) for each in found]
    assert keys == sorted(keys)


@given(staffs().filter(bool), st.integers(1, 3))
def test_more_work_never_brings_anybody_to_the_front(staff: list[Candidate], more: int) -> None:
    first, *others = staff
    busier = Candidate(
        person_id=first.person_id, fitting=first.fitting, busy=first.busy + more, room=first.room,
        asked_at=first.asked_at, reserve=first.reserve,
    )  # fmt: skip
    before, after = rank(staff, urgent=True), rank([busier, *others], urgent=True)
    assert after.index(first.person_id) >= before.index(first.person_id)


@given(st.integers(2, 6), st.integers(1, 40))
def test_equals_are_asked_equally_often(people: int, cases: int) -> None:
    asked_at: dict[int, datetime] = {}
    turns: Counter[int] = Counter()
    for number in range(cases):
        staff = [
            Candidate(person_id=id_, asked_at=asked_at.get(id_)) for id_ in range(1, people + 1)
        ]
        first = rank(staff)[0]
        asked_at[first] = NOON + timedelta(minutes=number)
        turns[first] += 1
    counts = [turns[id_] for id_ in range(1, people + 1)]
    assert max(counts) - min(counts) <= 1
