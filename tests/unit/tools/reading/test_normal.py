"""Normalising keeps every character's place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.reading.normal import normalise


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ｃ－３", "c-3"),
        ("１２００元", "1200元"),
        ("把預算調高，謝謝", "把预算调高,谢谢"),
        ("Facebook", "facebook"),
        ("“高意向”", '"高意向"'),
        ("Oct 1–15", "oct 1-15"),
    ],
)
def test_one_spelling_for_width_script_and_case(text: str, plain: str) -> None:
    assert normalise(text) == plain


def test_a_footnote_mark_is_no_digit() -> None:
    assert normalise("C-3²") == "c-3²"


@given(st.text())
def test_the_length_never_changes(text: str) -> None:
    assert len(normalise(text)) == len(text)


@given(st.text(alphabet="İßﬁ㎡①ﷺŉǰΐ龘龍国國", min_size=1))
def test_characters_that_unicode_would_widen_keep_their_one_place(text: str) -> None:
    assert len(normalise(text)) == len(text)
