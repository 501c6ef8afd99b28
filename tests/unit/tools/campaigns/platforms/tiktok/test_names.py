"""Markers in names are read back as they were written, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.platforms.tiktok.names import LONGEST, Marked, mark_of, marked, read

EMOJI = [
    *map(chr, range(0x2600, 0x27C0)),
    *map(chr, range(0x1F000, 0x1FB00)),
    *"\u200d\u20e3\ufe0f",
]
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=EMOJI)
LINES = st.text(LETTERS, max_size=80)


@given(name=LINES, key=LINES, place=st.lists(st.integers(1, 99), max_size=2), draft=st.booleans())
def test_a_name_is_read_back(name: str, key: str, place: list[int], draft: bool) -> None:
    mark = mark_of(key)
    shown = read(marked(name, mark, *place, draft=draft))
    assert shown == Marked(name, mark, tuple(place), draft)


@given(creative=st.text(LETTERS, min_size=1, max_size=60))
def test_a_creative_is_read_back(creative: str) -> None:
    mark = mark_of("k")
    assert read(marked("Ad", mark, 1, 2, creative_id=creative)).creative_id == creative


@given(name=LINES)
def test_a_name_of_others_stays_as_it_is(name: str) -> None:
    assert read(name) == Marked(name)


@pytest.mark.parametrize("letter", ["a", "长"])
def test_a_long_name_is_cut_to_what_tiktok_takes(letter: str) -> None:
    whole = marked(letter * 600, mark_of("k"))
    width = sum(2 if character == "长" else 1 for character in whole)
    assert width <= LONGEST
    assert read(whole).mark == mark_of("k")


def test_other_keys_have_other_marks() -> None:
    assert len({mark_of(f"key-{number}") for number in range(10_000)}) == 10_000
