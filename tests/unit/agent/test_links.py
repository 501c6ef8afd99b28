"""No address and no image reaches a customer that the organisation does not stand behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.links import links_in, same_link, without_foreign_links

OURS = "https://shop.example/returns"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("看 https://evil.test/x?d=1。谢谢", "看 。谢谢"),
        ("![a](https://evil.test/x.png) 好", "好"),
        ("<img src='https://evil.test/x.png'> hi", "hi"),
        ("[点这里](http://evil.test) 领取", "点这里 领取"),
        ("[1](http://evil.test) 可退。", "[1] 可退。"),
        ("访问evil.com吧", "访问吧"),
        ("请看例子.com/abc", "请看例子"),
        ("go to www.evil.test/a now", "go to now"),
        ("tg://resolve?domain=x", ""),
        ("1.2.3.4:80/x", ""),
        ("[x]: http://evil.test\nok", "ok"),
        (f"{OURS}.evil.test", ""),
        ("https://shop.example@evil.test/", ""),
        ("ht![x](y)tp://a.test 好", "好"),
    ],
)
def test_the_words_stay_and_the_address_goes(text: str, shown: str) -> None:
    assert without_foreign_links(text, {OURS}) == shown


@pytest.mark.parametrize(
    "text",
    [
        f"见{OURS}的说明。", f"({OURS}).", "HTTPS://Shop.Example/returns/ 可看", "help@shop.com", "v1.2.3, e.g. 3.5",
        "9:30 到 21:00；比例 1:2", "退货。[1] [2]", "15 天(含当天)可退",
    ],
)  # fmt: skip
def test_our_own_sources_and_plain_words_stay_as_they_are(text: str) -> None:
    assert without_foreign_links(text, {OURS}) == text


def test_a_link_behind_words_is_shown_when_it_is_ours() -> None:
    assert without_foreign_links(f"[退货]({OURS})", {OURS}) == f"退货 {OURS}"


_PIECES = st.sampled_from(
    ["https://", "http", "://", "evil.test", "evil.com", "/a?b=1", "![", "](", ")", "[", "]", "退货", " ", "www.", "x",
     OURS, "\n", "<img src=", ">", "javascript:", "//", "@", ":", "."]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_whatever_is_put_together_nothing_strange_is_left(text: str) -> None:
    shown = without_foreign_links(text, {OURS})
    assert {same_link(each) for each in links_in(shown)} <= {OURS}
    assert "![" not in shown or "](" not in shown.partition("![")[2].partition("]")[1:][0]
    assert without_foreign_links(shown, {OURS}) == shown


@given(st.text(alphabet="退货政策自签收之日起天内可以。，！ abc123", max_size=60))
def test_plain_words_are_never_touched(text: str) -> None:
    assert without_foreign_links(text, ()) == text
