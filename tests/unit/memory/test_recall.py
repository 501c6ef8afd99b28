"""How hits become an order: fusion, age and importance, the bounds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.dialogue import asked
from memory.index import Found
from memory.recall import MOST_TOKENS, factor, fuse, known_share, ordered, within
from memory.sparse import encode_query
from memory.tokens import estimate_tokens
from storage.tables.memory import Memory, MemoryKind

NOW = datetime(2026, 11, 18, tzinfo=UTC)
HALF_LIFE = timedelta(days=90)


def a_memory(
    id_: int = 1, *, text: str = "x", days: float = 0, importance: int = 50, held: bool = True
) -> Memory:
    said = NOW - timedelta(days=days)
    return Memory(
        id=id_, organisation_id=1, person_id=1, order_key=str(id_), kind=MemoryKind.fact,
        text=text, importance=importance, created_at=said, used_at=said,
        valid_to=None if held else NOW,
    )  # fmt: skip


def a_turn(id_: int, *, message: int, days: float = 0) -> Memory:
    row = a_memory(id_, text="", days=days)
    row.kind, row.source_inbox_id, row.conversation_id = MemoryKind.episode, message, 1
    return row


def test_without_known_words_meaning_alone_decides() -> None:
    query = encode_query("which platform do I prefer, acme")
    (acme,) = encode_query("acme").indices
    common = Found(dense={1: 0.9, 2: 0.8}, sparse={2: 9.0}, frequencies={acme: 90})
    assert fuse(common, query, 100)[1] > fuse(common, query, 100)[2]


def test_a_rare_word_that_is_known_can_decide() -> None:
    query = encode_query("acme")
    rare = Found(dense={1: 0.9, 2: 0.89, 3: 0.7}, sparse={2: 4.0},
                 frequencies={query.indices[0]: 1})  # fmt: skip
    assert fuse(rare, query, 100)[2] > fuse(rare, query, 100)[1]


def test_the_share_of_known_words_is_by_how_rare_they_are() -> None:
    query = encode_query("acme tea")
    acme, tea = encode_query("acme").indices[0], encode_query("tea").indices[0]
    assert known_share({}, query, 100) == 0
    assert known_share({acme: 1, tea: 1}, query, 100) == pytest.approx(1)
    assert known_share({acme: 90}, query, 100) < known_share({acme: 1}, query, 100) < 0.5


def test_an_empty_question_or_index_scores_nothing() -> None:
    assert fuse(Found(), encode_query("tea"), 0) == {}
    assert fuse(Found(dense={1: 0.8}), encode_query(""), 1) == {1: 1.0}


@given(
    st.dictionaries(st.integers(1, 50), st.floats(-1, 1), max_size=20),
    st.dictionaries(st.integers(1, 50), st.floats(0.001, 100), max_size=20),
)
def test_scores_lie_between_nothing_and_one(
    dense: dict[int, float], sparse: dict[int, float]
) -> None:
    query = encode_query("tea")
    found = Found(dense=dense, sparse=sparse, frequencies={query.indices[0]: len(sparse)})
    scores = fuse(found, query, 50)
    assert scores.keys() == dense.keys() | sparse.keys()
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores.values())


@given(st.floats(0, 100_000), st.integers(0, 100))
@settings(deadline=None)
def test_age_and_importance_stay_within_their_bounds(days: float, importance: int) -> None:
    assert 0.3 <= factor(a_memory(days=days, importance=importance), NOW, HALF_LIFE) <= 1.5


def test_older_and_less_important_count_less() -> None:
    new, old = a_memory(), a_memory(days=200)
    assert factor(new, NOW, HALF_LIFE) > factor(old, NOW, HALF_LIFE)
    wish, remark = a_memory(importance=80), a_memory(importance=50)
    assert factor(wish, NOW, HALF_LIFE) > factor(remark, NOW, HALF_LIFE)


def order(rows: list[Memory], scores: dict[int, float], question: str = "") -> list[int]:
    ranking = ordered(
        rows, scores, asked(question, [], NOW.date()), own_name="Wang", now=NOW,
        half_life=HALF_LIFE, zone=UTC,
    )  # fmt: skip
    return [each.id for each in ranking]


def test_what_holds_comes_before_what_held() -> None:
    rows = [a_memory(1, held=False), a_memory(2)]
    assert order(rows, {1: 1.0, 2: 0.1}) == [2, 1]


def test_nothing_without_a_score_is_recalled() -> None:
    assert order([a_memory(1), a_memory(2)], {2: 0.0}) == [2]


def test_what_comes_from_one_message_comes_once() -> None:
    turn, fact = a_turn(1, message=7), a_memory(2)
    fact.source_inbox_id = 7
    assert order([turn, fact], {1: 0.5, 2: 0.9}) == [2]
    assert order([turn, fact], {1: 0.9, 2: 0.5}) == [1]


def test_a_turn_names_what_it_said_that_holds_no_more() -> None:
    turn, fact = a_turn(1, message=7), a_memory(2, held=False)
    fact.source_inbox_id = 7
    ranking = ordered(
        [turn, fact], {1: 0.5, 2: 0.9}, asked("", [], NOW.date()), own_name="Wang", now=NOW,
        half_life=HALF_LIFE, zone=UTC,
    )  # fmt: skip
    assert [(each.id, each.outdated) for each in ranking] == [(1, (2,)), (2, ())]


def test_between_equal_turns_the_newer_comes_first() -> None:
    turns = [a_turn(1, message=1, days=100), a_turn(2, message=2, days=1)]
    assert order(turns, {1: 0.5, 2: 0.5}) == [2, 1]


@given(st.lists(st.integers(1, 900), max_size=12))
def test_no_more_than_fits(sizes: list[int]) -> None:
    texts = ["长" * size for size in sizes]
    fitting = within(texts)
    assert sum(map(estimate_tokens, texts[:fitting])) <= MOST_TOKENS
    assert fitting == len(texts) or sum(map(estimate_tokens, texts[: fitting + 1])) > MOST_TOKENS
