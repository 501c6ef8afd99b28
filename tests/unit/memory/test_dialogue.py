"""A turn counts with what stands around it: neighbours, session, speaker, day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from memory.dialogue import Asked, Turn, asked, ranked

BEGAN = datetime(2026, 5, 1, 9, tzinfo=UTC)
TODAY = date(2026, 11, 18)
PLAIN = asked("", [], TODAY)


def a_turn(
    id_: int, *, minutes: float = 0, days: float = 0, place: int = 1, speaker: str = "Wang",
    day: date | None = None,
) -> Turn:  # fmt: skip
    at = BEGAN + timedelta(days=days, minutes=minutes)
    return Turn(id=id_, conversation_id=place, at=at, speaker=speaker, day=day)


def best(turns: list[Turn], scores: dict[int, float], question: Asked = PLAIN) -> list[int]:
    found = ranked(turns, scores, question, UTC)
    return sorted(found, key=lambda id_: found[id_], reverse=True)


def test_the_answer_beside_the_question_beats_a_lone_turn() -> None:
    talk = [a_turn(1), a_turn(2, minutes=1), a_turn(3, days=9)]
    assert best(talk, {1: 1.0, 3: 0.5})[:2] == [1, 2]


def test_an_answer_after_counts_more_than_a_turn_before() -> None:
    talk = [a_turn(1), a_turn(2, minutes=1), a_turn(3, minutes=2)]
    assert best(talk, {2: 1.0}) == [2, 3, 1]


def test_neighbours_end_with_the_session_and_the_conversation() -> None:
    talk = [a_turn(1), a_turn(2, minutes=1, place=2), a_turn(3, days=1)]
    found = ranked(talk, {1: 1.0}, PLAIN, UTC)
    assert found[2] == found[3] == 0


def test_a_session_about_it_lifts_all_of_its_turns() -> None:
    talk = [a_turn(number, minutes=number) for number in range(1, 7)] + [a_turn(9, days=3)]
    found = ranked(talk, {1: 1.0, 2: 1.0}, PLAIN, UTC)
    assert found[6] > found[9]


def test_who_is_named_is_preferred() -> None:
    talk = [a_turn(1, speaker="Wang"), a_turn(2, days=1, speaker="Li")]
    names = ["Wang", "Li"]
    assert best(talk, {1: 0.5, 2: 0.5}, asked("What did Li buy?", names, TODAY))[0] == 2
    assert best(talk, {1: 0.5, 2: 0.5}, asked("What did Wang buy?", names, TODAY))[0] == 1


def test_a_named_day_is_the_largest_hint() -> None:
    talk = [a_turn(1), a_turn(2, days=1)]
    scores = {1: 0.5, 2: 0.3}
    assert best(talk, scores)[0] == 1
    assert best(talk, scores, asked("我5月2日说了什么", [], TODAY))[0] == 2


def test_a_question_for_a_time_prefers_turns_that_name_one() -> None:
    talk = [a_turn(1), a_turn(2, days=1, day=date(2026, 4, 30))]
    assert best(talk, {1: 0.5, 2: 0.5}, asked("when did I move?", [], TODAY))[0] == 2


@pytest.mark.parametrize(
    ("question", "first"), [("我们第一次聊天说了什么", 1), ("上次聊到哪了", 2)]
)
def test_the_first_and_the_last_talk_can_be_asked_for(question: str, first: int) -> None:
    talk = [a_turn(1), a_turn(2, days=1)]
    assert best(talk, {1: 0.5, 2: 0.5}, asked(question, [], TODAY))[0] == first
