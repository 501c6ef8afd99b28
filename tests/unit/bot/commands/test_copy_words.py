"""Which messages speak of the texts of ads, and which only sound like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.copy_words import CopyWish, wish_in

NEW = "周末也能上课，先试听再决定。"


@pytest.mark.parametrize(
    ("said", "which", "approval", "words"),
    [
        (f"第2条文案改成{NEW}", "2", "", NEW),
        (f"第二条文案改成：{NEW}", "2", "", NEW),
        (f"把第2條文案改成「{NEW}」", "2", "", NEW),
        (f"文案改成: {NEW}", "", "", NEW),
        (f"P-3 的文案改成：{NEW}", "", "P-3", NEW),
        (f"cr-1的文案改成：{NEW}", "CR-1", "", NEW),
        (f"18-35 岁的文案改成：{NEW}", "18-35", "", NEW),
        (f"文案2：{NEW}", "2", "", NEW),
        ("文案改成：更活泼一点", "", "", "更活泼一点"),
        ("change the copy of A-2 to Speak up. Book now.", "A-2", "", "Speak up. Book now."),
        ("Copy 2: Speak up.\nBook now!", "2", "", "Speak up.\nBook now!"),
        ("change the second copy to \"Speak up at work.\"", "2", "", "Speak up at work."),
        ("/copy P-3 2 Speak up.  Book now.", "2", "P-3", "Speak up.  Book now."),
        (f"/copy {NEW}", "", "", NEW),
    ],
)  # fmt: skip
def test_a_text_is_given_as_it_was_typed(said: str, which: str, approval: str, words: str) -> None:
    assert wish_in(said) == CopyWish(how="set", which=which, approval=approval, words=words)


@pytest.mark.parametrize(
    ("said", "which", "approval"),
    [
        ("换一版文案", "", ""), ("换一版", "", ""), ("文案换一版吧", "", ""), ("再来一版文案", "", ""),
        ("CR-1 的文案换一版", "CR-1", ""), ("第3条文案重写", "3", ""),
        ("P-2 文案换一版", "", "P-2"), ("rewrite the copy", "", ""),
        ("another version of the copy of CR-2", "CR-2", ""), ("/copy 2 new", "2", ""),
        ("文案換一版", "", ""),
    ],
)  # fmt: skip
def test_another_version_is_wished_for(said: str, which: str, approval: str) -> None:
    assert wish_in(said) == CopyWish(how="renew", which=which, approval=approval)


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("用素材原文", ""), ("CR-1 用素材原文", "CR-1"), ("第2条文案用素材原文", "2"),
        ("文案还是用原文吧", ""), ("use the creative's own words", ""),
        ("use the original copy for CR-2", "CR-2"), ("/copy CR-1 原文", "CR-1"),
    ],
)  # fmt: skip
def test_the_creatives_own_words_are_wished_for(said: str, which: str) -> None:
    assert wish_in(said) == CopyWish(how="own", which=which)


@pytest.mark.parametrize(
    ("said", "which", "wish"),
    [
        ("文案改成更活泼一点", "", "更活泼一点"), ("第2条文案改成英文的", "2", "英文的"),
        ("make the copy shorter", "", "shorter"),
        ("change the copy of CR-1 to something funnier", "CR-1", "something funnier"),
    ],
)  # fmt: skip
def test_how_a_text_should_be_is_no_text(said: str, which: str, wish: str) -> None:
    assert wish_in(said) == CopyWish(how="renew", which=which, wish=wish)


def test_the_bare_command_shows() -> None:
    assert wish_in("/copy P-3") == CopyWish(how="show", approval="P-3")


@pytest.mark.parametrize(
    "said",
    [
        "给 https://a.cn 写文案", "write ad copy for https://a.cn on tiktok", 
        
        "C-1 预算改成 300", "同意", "换一个素材", "文案不错", "广告文案怎么样",
        "send another copy of the report", "change the budget of A-2.1 to 100", "copy that",
        "把第2条线索改成已联系", "L-2 的备注改成：文案", "这条文案谁写的？",
        "暂停 C-1，文案改成：试听", "/copyright 2 new",
    ],
)  # fmt: skip
def test_other_wishes_are_left_alone(said: str) -> None:
    assert wish_in(said) is None


@given(st.text(max_size=80))
def test_no_message_upsets_it(said: str) -> None:
    wish = wish_in(said)
    assert wish is None or wish.how != "set" or wish.words
