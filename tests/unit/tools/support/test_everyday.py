"""Everyday words that say the same."""

import pytest

from tools.support.everyday import ideas, without_ideas


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("礼拜一", "Monday"),
        ("邮费", "運費"),
        ("能停车吗", "is there parking"),
        ("有质保吗", "Warranty"),
        ("饭桌", "dining table"),
    ],
)
def test_two_words_for_one_thing_share_an_idea(one: str, other: str) -> None:
    assert ideas(one) & ideas(other)


@pytest.mark.parametrize(("one", "other"), [("德语", "法语"), ("周一", "周二"), ("北京", "上海")])
def test_two_things_of_a_kind_do_not(one: str, other: str) -> None:
    assert not ideas(one) & ideas(other)


def test_a_word_in_letters_is_not_found_inside_another() -> None:
    assert ideas("cat")
    assert not ideas("concatenate")


def test_the_longest_word_counts() -> None:
    assert not ideas("衣柜") & ideas("柜子")


def test_what_no_line_has_is_left() -> None:
    assert without_ideas("红木 沙发 Price").split() == ["红木"]
