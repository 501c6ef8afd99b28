"""Scores of chunks: their order, and how sure they say we are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.ranking import Hit, Ranked, combined, confidence, rank
from memory.sparse import Sparse

# Three words of a question, equally weighty.
QUERY = Sparse((1, 2, 3), (1.0, 1.0, 1.0))
HITS = st.builds(
    Hit,
    dense=st.none() | st.floats(-1, 1),
    sparse=st.floats(0, 50),
    matched=st.frozensets(st.sampled_from([1, 2, 3])),
    alike=st.booleans(),
)


def a_hit(dense: float | None, sparse: float = 0.0, *matched: int, alike: bool = True) -> Hit:
    return Hit(dense=dense, sparse=sparse, matched=frozenset(matched), alike=alike)


def scores(hits: dict[int, Hit], query: Sparse, corpus: int) -> dict[int, float]:
    return combined([rank(hits, query, corpus)])


def ordered(hits: dict[int, Hit], corpus: int = 100) -> list[int]:
    found = scores(hits, QUERY, corpus)
    return sorted(found, key=lambda id_: found[id_], reverse=True)


@given(st.dictionaries(st.integers(0, 9), HITS), st.integers(1, 10_000))
def test_every_score_lies_between_0_and_1(hits: dict[int, Hit], corpus: int) -> None:
    found = scores(hits, QUERY, corpus)
    assert all(0 <= score <= 1 for score in found.values())
    assert found.keys() <= hits.keys()


def test_without_hits_there_are_no_scores() -> None:
    assert scores({}, QUERY, 100) == {}
    assert scores({1: a_hit(None)}, Sparse((), ()), 100) == {}


def test_words_and_meaning_together_beat_either_alone() -> None:
    hits = {1: a_hit(0.9), 2: a_hit(0.88, 9.0, 1, 2), 3: a_hit(0.8, 10.0, 1, 2, 3)}
    assert ordered(hits)[0] == 2


def test_a_name_alone_does_not_decide_a_question_in_another_language() -> None:
    # The index knows one of the question's three words, and that is no measure of the other two.
    hits = {1: a_hit(0.84, alike=False), 2: a_hit(0.80, 7.0, 1, alike=False)}
    assert ordered(hits) == [1, 2]
    known = {1: a_hit(0.84, 0.5, 2, 3), 2: a_hit(0.80, 7.0, 1)}
    assert ordered(known) == [2, 1]


def test_another_language_is_not_held_against_a_text() -> None:
    assert ordered({1: a_hit(0.83), 2: a_hit(0.81, alike=False)}) == [2, 1]
    assert ordered({1: a_hit(0.86), 2: a_hit(0.81, alike=False)}) == [1, 2]


def test_of_equal_meaning_the_words_decide() -> None:
    assert ordered({1: a_hit(0.9, 4.0, 1), 2: a_hit(0.9, 8.0, 1, 2)}) == [2, 1]


def test_the_same_hits_are_less_sure_when_the_question_says_more() -> None:
    hits = {1: a_hit(0.87, 5.0, 1, 2)}
    longer = Sparse((1, 2, 3, 4, 5), (1.0,) * 5)
    assert scores(hits, longer, 100)[1] < scores(hits, QUERY, 100)[1]


@pytest.mark.parametrize("alike", [True, False])
@given(
    near=st.floats(0.6, 0.95), nearer=st.floats(0.6, 0.95),
    covered=st.floats(0, 1), more=st.floats(0, 1),
)  # fmt: skip
def test_what_is_nearer_and_shares_more_words_is_surer(
    near: float, nearer: float, covered: float, more: float, alike: bool
) -> None:
    (near, nearer), (covered, more) = sorted((near, nearer)), sorted((covered, more))
    assert confidence(near, covered, alike=alike) <= confidence(nearer, more, alike=alike)


def test_a_hit_of_words_alone_can_be_sure() -> None:
    assert confidence(None, 0.0, alike=True) < 0.05
    assert confidence(None, 0.9, alike=True) > 0.9


def test_a_sentence_that_found_little_does_not_outrank_one_that_found_much() -> None:
    greeting = rank({1: a_hit(0.76), 2: a_hit(0.75)}, QUERY, 100)
    question = rank({3: a_hit(0.9, 12.0, 1, 2, 3), 1: a_hit(0.8)}, QUERY, 100)
    for found in ([greeting, question], [question, greeting]):
        both = combined(found)
        assert max(both, key=lambda id_: both[id_]) == 3
        assert both[3] == question.sure
        assert both.keys() == {1, 2, 3}


def test_two_questions_in_one_message_both_find_their_answers() -> None:
    first = rank({1: a_hit(0.9, 12.0, 1, 2, 3), 2: a_hit(0.8)}, QUERY, 100)
    second = rank({3: a_hit(0.89, 11.0, 1, 2, 3), 2: a_hit(0.8)}, QUERY, 100)
    both = combined([first, second])
    assert sorted(both, key=lambda id_: both[id_], reverse=True) == [1, 3, 2]


@given(st.lists(st.tuples(st.dictionaries(st.integers(0, 9), HITS), st.integers(1, 1_000))))
def test_many_sentences_keep_scores_between_0_and_1(
    found: list[tuple[dict[int, Hit], int]],
) -> None:
    both = combined([rank(hits, QUERY, corpus) for hits, corpus in found])
    assert all(0 <= score <= 1 for score in both.values())


def test_what_found_nothing_says_nothing() -> None:
    assert combined([]) == combined([Ranked(), Ranked()]) == {}
