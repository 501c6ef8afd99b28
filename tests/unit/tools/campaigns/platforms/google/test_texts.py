"""The lines of an ad are the words that were agreed to, in the widths that Google has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.google.texts import descriptions, headlines, width

PAGE = "https://shop.example.com/jackets?colour=red"
COPY = "秋季新款外套，轻薄保暖！全场八折，今天下单包邮。"
words = st.text(alphabet="abc ，。!.9火客", min_size=1, max_size=125).filter(str.strip)


def test_headlines_are_the_phrases_that_fit_and_then_the_names() -> None:
    assert headlines(COPY, "外套", "Huo Shop", PAGE) == [
        "秋季新款外套", "轻薄保暖", "全场八折", "今天下单包邮", "外套", "Huo Shop",
        "shop.example.com",
    ]  # fmt: skip


def test_the_descriptions_begin_with_the_whole_copy() -> None:
    assert "".join(descriptions(COPY, "Huo Shop", PAGE)).startswith(COPY)


def test_a_phrase_that_is_too_wide_is_no_headline() -> None:
    long = "十六个字写在一起就已经太宽了不行的"
    assert long not in headlines(f"{long}，好", "外套", "Huo Shop", PAGE)


def test_a_price_is_never_torn_apart() -> None:
    assert headlines("限时9.9元, Now 1,000 left: a.b", "外套", "Huo Shop", PAGE)[:3] == [
        "限时9.9元", "Now 1,000 left", "a.b"
    ]  # fmt: skip


def test_lines_that_differ_in_nothing_but_case_count_once() -> None:
    with pytest.raises(PlatformRefused) as caught:
        headlines("huo shop", "HUO SHOP", "Huo Shop", PAGE)
    assert caught.value.code is ErrorCode.CREATIVE_REJECTED


def test_a_copy_that_fills_more_than_four_lines_is_refused() -> None:
    with pytest.raises(PlatformRefused) as caught:
        descriptions("好" * 200, "Huo Shop", PAGE)
    assert caught.value.code is ErrorCode.CREATIVE_REJECTED


@pytest.mark.parametrize(("text", "expected"), [("abc", 3), ("火客", 4), ("，", 2), ("é", 1)])
def test_chinese_is_two_wide(text: str, expected: int) -> None:
    assert width(text) == expected


@given(words)
def test_no_line_is_too_wide_and_no_word_is_lost(copy: str) -> None:
    lines = descriptions(copy, "Huo Shop", PAGE)
    assert 2 <= len(lines) <= 4
    assert all(width(line) <= 90 for line in lines)
    together = "".join(lines).replace(" ", "")
    assert all(part in together for part in copy.split())
    assert all(width(line) <= 30 for line in headlines(copy, "Jacket", "Huo Shop", PAGE))
