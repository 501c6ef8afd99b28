"""Terms and sparse vectors: what meets what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.sparse import encode_passage, encode_query
from memory.terms import folded, stem, terms


def names(text: str) -> set[str]:
    return {term for term, _ in terms(text)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("報表用英文", "报表用英文"), ("running campaigns", "run campaign"),
        ("REPORTS", "report"), ("ｍｅｔａ", "meta"), ("the cities", "city"),
    ],
)  # fmt: skip
def test_spellings_of_the_same_meet(one: str, other: str) -> None:
    assert names(one) == names(other) != set()


def test_ids_numbers_and_addresses_stay_whole() -> None:
    assert {"c-3", "a-3.1", "20%", "9:30", "a@b.co"} <= names("C-3 A-3.1 20% 9:30 a@b.co")


def test_words_that_say_nothing_are_no_terms() -> None:
    assert names("what is the") == set()
    assert names("我们的") == set()


@pytest.mark.parametrize(
    ("word", "stemmed"), [("running", "run"), ("bus", "bus"), ("news", "new"), ("is", "is")]
)
def test_stems(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


@given(st.text(max_size=200))
def test_any_text_makes_a_valid_sparse_vector(text: str) -> None:
    for sparse in (encode_passage(text), encode_query(text)):
        assert list(sparse.indices) == sorted(set(sparse.indices))
        assert all(0 <= index < 2**32 for index in sparse.indices)
        assert all(value > 0 for value in sparse.values)
        assert len(sparse.indices) == len(sparse.values)


@given(st.text(max_size=200))
def test_a_question_and_its_answer_in_the_same_words_share_every_term(text: str) -> None:
    assert encode_query(text).indices == encode_passage(text).indices


def test_a_word_said_often_counts_more_but_not_without_end() -> None:
    once, twice, often = (encode_passage("tea " * n).values[0] for n in (1, 2, 50))
    assert once < twice < often < 2.2


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    # Lower case of a few letters (İ) decomposes; what matters is that Han and Latin are stable.
    plain = "".join(c for c in text if c.isascii() or "㐀" <= c <= "鿿")
    assert folded(folded(plain)) == folded(plain)
