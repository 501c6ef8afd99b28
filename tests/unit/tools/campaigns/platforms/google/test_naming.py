"""Names carry a marker of the key, and lose it again when they are shown."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.platforms.google.naming import (
    campaign_name,
    is_marker,
    marker_in,
    marker_of,
    pattern,
    place_in,
    shown_name,
)

names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)


@given(names, names, st.text(), st.integers(1, 99))
def test_a_name_gives_back_all_that_was_put_into_it(
    name: str, ad_set: str, key: str, place: int
) -> None:
    full = campaign_name(name, ad_set, marker_of(key), place)
    assert shown_name(full, ad_set) == name
    assert (marker_in(full), place_in(full)) == (marker_of(key), place)
    assert re.fullmatch(pattern([marker_of(key)]), full)


def test_a_name_is_one_line() -> None:
    full = campaign_name("Autumn\r\nsale", "CN\n18-35", marker_of("k"), 1)
    assert shown_name(full, "CN 18-35") == "Autumn sale"


def test_a_marker_is_found_under_no_other_key() -> None:
    full = campaign_name("Autumn", "CN 18-35", marker_of("k"), 1)
    assert not re.fullmatch(pattern([marker_of("K")]), full)


def test_what_people_named_themselves_has_no_marker() -> None:
    assert marker_in("Our spring sale #hk-1") is None
    assert shown_name("Our spring sale", "Women") == "Our spring sale"
    assert not is_marker("hk-spring")
