"""Names at Meta carry the key's marker, and come back as people gave them."""

from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.platforms.meta import marking

NAMES = st.text(max_size=60)
PLACES = st.integers(min_value=0, max_value=99)
CREATIVES = st.text(min_size=1, max_size=20)


@given(name=NAMES, key=st.text(), draft=st.booleans())
def test_a_campaigns_name_comes_back(name: str, key: str, draft: bool) -> None:
    digest = marking.digest_of(key)
    found = marking.parsed(marking.campaign_name(name, digest, draft=draft))
    assert found == marking.Marked(name=name, digest=digest, draft=draft)


@given(name=NAMES, ad_set=PLACES)
def test_an_ad_sets_place_comes_back(name: str, ad_set: int) -> None:
    digest = marking.digest_of("k")
    found = marking.parsed(marking.ad_set_name(name, digest, ad_set))
    assert found == marking.Marked(name=name, digest=digest, ad_set=ad_set)


@given(name=NAMES, ad_set=PLACES, ad=PLACES, creative=CREATIVES)
def test_an_ads_creative_comes_back_whatever_its_id(
    name: str, ad_set: int, ad: int, creative: str
) -> None:
    digest = marking.digest_of("k")
    found = marking.parsed(marking.ad_name(name, digest, ad_set, ad, creative))
    assert found == marking.Marked(
        name=name, digest=digest, ad_set=ad_set, ad=ad, creative=creative
    )


def test_a_marker_inside_of_a_name_is_a_part_of_the_name() -> None:
    inner = marking.campaign_name("Autumn", marking.digest_of("other"), draft=False)
    found = marking.parsed(marking.campaign_name(inner, marking.digest_of("k"), draft=False))
    assert (found.name, found.digest) == (inner, marking.digest_of("k"))


def test_names_of_others_have_no_marker_and_come_last() -> None:
    theirs = marking.parsed("Spring sale #hk")
    assert theirs == marking.Marked(name="Spring sale #hk")
    assert theirs.place > marking.Marked(name="ours", digest="0" * 12, ad_set=99, ad=99).place
