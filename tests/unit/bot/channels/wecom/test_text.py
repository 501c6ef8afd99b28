"""Texts as WeCom shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.text import (
    FINGERPRINT_BYTES,
    INVISIBLE,
    fingerprint,
    for_app,
    has_markup,
    open_links,
    pieces,
    plain,
    size,
    without_anchors,
)


@given(st.text(max_size=400), st.integers(min_value=8, max_value=200), st.booleans())
def test_no_piece_is_too_large_and_no_word_is_lost(text: str, limit: int, markdown: bool) -> None:
    found = pieces(text, limit, markdown=markdown)
    assert all(size(piece) <= limit for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_fingerprint_is_the_keys_own(one: str, other: str) -> None:
    assert size(fingerprint(one)) == FINGERPRINT_BYTES
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@pytest.mark.parametrize("text", ["你好", "👨‍👩‍👧", "", "ends in a space "])
def test_a_fingerprint_is_seen_by_nobody(text: str) -> None:
    marked = text + fingerprint("reply:1/0")
    assert marked.rstrip(INVISIBLE) == text
    assert not any(letter.isprintable() and letter.strip() for letter in fingerprint("reply:1/0"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[官网](https://a.example)", "官网 https://a.example"),
        ("[官网](<https://a.example> \"标题\")", "官网 https://a.example"),
        ("![图](https://a.example/x.png)", "图 https://a.example/x.png"),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ("[](https://a.example)", "https://a.example"),
        ("[1] 见 (2)", "[1] 见 (2)"),
    ],
)  # fmt: skip
def test_a_link_shows_where_it_leads(text: str, shown: str) -> None:
    assert open_links(text) == shown


@pytest.mark.parametrize("text", ["<a href='x'>y</a>", "<A HREF=x>", "</a>"])
def test_an_anchor_is_only_words(text: str) -> None:
    assert "<" not in without_anchors(text).replace("<b", "")


@pytest.mark.parametrize("text", ["1 < 2", "<b>", "a<abc", "<article>"])
def test_what_is_no_anchor_stays(text: str) -> None:
    assert without_anchors(text) == text


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("**b**", True), ("`c`", True), ("# h", True), ("> q", True), ("- a\n- b", False),
        ("2 * 3 ** 2", False), ("#标签", False), ("", False),
    ],
)  # fmt: skip
def test_markup_is_what_looks_different(text: str, shows: bool) -> None:
    assert has_markup(text) is shows


def test_plain_words_have_no_signs() -> None:
    assert plain("# 标题\n**重要** 的 `C-1`") == "标题\n重要 的 C-1"


def test_an_app_shows_code_without_its_fences() -> None:
    assert for_app("看：\n```python\nx = 1\n```\n好") == "看：\nx = 1\n好"


def test_fences_alone_are_not_nothing() -> None:
    assert for_app("```\n```") == "```\n```"
