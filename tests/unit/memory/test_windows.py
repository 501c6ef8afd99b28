"""Cutting texts for the embedding model."""

from hypothesis import given
from hypothesis import strategies as st

from memory.windows import sentences, windows

TEXT = st.text(alphabet="退货a b。？.\n!", max_size=1_500)


@given(TEXT)
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(TEXT, st.integers(1, 15))
def test_windows_lose_nothing_but_white_space_and_are_few(text: str, most: int) -> None:
    cut = windows(text, most)
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert 1 <= len(cut) <= most


def test_a_short_text_stays_whole() -> None:
    assert windows("退货。运费。", 15) == ["退货。运费。"]


def test_a_long_one_is_cut_into_about_equal_parts_at_the_ends_of_sentences() -> None:
    cut = windows("七天内可以退货，运费由我们承担。" * 60, 15)
    assert len(cut) == 3
    assert all(each.endswith("。") for each in cut)
    assert max(map(len, cut)) - min(map(len, cut)) < 40


def test_sentences_in_both_languages() -> None:
    assert sentences("退货？好。 Version 2.5 is out. Really!\nYes") == [
        "退货？", "好。", "Version 2.5 is out.", "Really!", "Yes",
    ]  # fmt: skip
