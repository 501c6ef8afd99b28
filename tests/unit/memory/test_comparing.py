"""Same, opposite, or two different things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.comparing import gist


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我喜欢喝茶", "我爱喝茶"),
        ("我喜欢喝茶", "请记住，我很喜欢喝茶的。"),
        ("我喜歡喝茶", "我喜欢喝茶"),
        ("我们主要做母婴用品", "我们公司做母婴用品的"),
        ("I like short answers", "I really love short answers."),
        ("My team has 5 people", "my team has 5 people!"),
    ],
)
def test_other_words_for_the_same_are_the_same(one: str, other: str) -> None:
    assert gist(one).same_as(gist(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我女儿今年5岁", "我儿子今年5岁"), ("我女儿今年5岁", "我女儿今年6岁"),
        ("我喜欢喝茶", "我喜欢喝咖啡"), ("王总负责采购", "王总负责销售"),
        ("小王欠小李钱", "小李欠小王钱"), ("my wife is a doctor", "my sister is a doctor"),
        ("周一开会", "周二开会"), ("我要孩子", "我有孩子"), ("C-1 很重要", "C-2 很重要"),
    ],
)  # fmt: skip
def test_different_things_are_neither_the_same_nor_opposite(one: str, other: str) -> None:
    assert not gist(one).same_as(gist(other))
    assert not gist(one).opposite_of(gist(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我喜欢喝茶", "我不喜欢喝茶了"), ("报表要图表", "报表不要图表"), ("我抽烟", "我不抽烟"),
        ("I like tea", "I hate tea"), ("I smoke", "I don't smoke"),
    ],
)  # fmt: skip
def test_a_no_makes_the_opposite(one: str, other: str) -> None:
    assert gist(one).opposite_of(gist(other))
    assert not gist(one).same_as(gist(other))


@pytest.mark.parametrize("text", ["价格不错", "我们不仅卖茶", "我有不少客户", "我特别喜欢茶"])
def test_some_words_with_a_no_in_them_deny_nothing(text: str) -> None:
    assert not gist(text).negative


@pytest.mark.parametrize("text", ["", "我", "请", "。。。"])
def test_what_says_nothing_is_the_same_as_nothing(text: str) -> None:
    assert not gist(text).same_as(gist(text))


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_is_the_same_and_the_opposite(one: str, other: str) -> None:
    left, right = gist(one), gist(other)
    assert not (left.same_as(right) and left.opposite_of(right))
    assert left.same_as(right) == right.same_as(left)
