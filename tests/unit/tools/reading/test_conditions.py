"""Conditions as people write them."""

import pytest
from hypothesis import given

from tests.builders.conditions import CONDITIONS
from tools.conditions import Condition, as_json, as_text, from_json
from tools.reading.condition_grammar import ConditionTooLong, ConditionUnclear
from tools.reading.conditions import condition, conditions


@given(CONDITIONS)
def test_what_is_written_in_one_spelling_reads_back_as_it_was(found: Condition) -> None:
    text = as_text(found)
    assert condition(text) == found
    assert as_text(condition(text)) == text


@given(CONDITIONS)
def test_a_condition_survives_storage(found: Condition) -> None:
    assert from_json(as_json(found)) == found


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("CPA 高于 50 且花费大于 200", "cpa > 50 and spend > 200"),
        ("cpa > 1.5 * target_cpa and spend >= 100 over 3d or roas < 0.5",
         "cpa > 1.5 * target_cpa and spend of 3d >= 100 or roas < 0.5"),
        ("cpa of 1d > cpa of 7d × 1.3", "cpa of 1d > 1.3 * cpa of 7d"),
        ("近1天CPA高于近7天CPA的1.3倍", "cpa of 1d > 1.3 * cpa of 7d"),
        ("ROAS 低於目標", "roas < target_roas"),
        ("roas < target", "roas < target_roas"),
        ("CPA高于目标的1.5倍，花费超过200", "cpa > 1.5 * target_cpa and spend > 200"),
        ("（CPA高于50或者ROAS低于1）而且花费不少于200", "(cpa > 50 or roas < 1) and spend >= 200"),
        ("连续3天没有转化并且花费至少是目标CPA的3倍",
         "conversions of 3d = 0 and spend >= 3 * target_cpa"),
        ("花了200还没有转化", "spend >= 200 and conversions = 0"),
        ("花费200以上，转化数不超过1", "spend >= 200 and conversions <= 1"),
        ("ROAS掉到1以下而且点击率低于0.5%", "roas < 1 and ctr < 0.5"),
        ("spend of the last 24 hours is above ¥1,234.50 and no conversions for 3 days",
         "spend of 24h > 1234.5 and conversions of 3d = 0"),
        ("roas of the past week is below 150% of target", "roas of 7d < 1.5 * target_roas"),
        ("spend of 1d > 2.5x daily budget", "spend of 1d > 2.5 * daily_budget"),
    ],
)  # fmt: skip
def test_it_is_read_in_both_languages(said: str, read: str) -> None:
    assert as_text(condition(said)) == read


def test_and_binds_more_closely_than_or() -> None:
    assert condition("cpa > 1 or roas < 2 and spend > 3") == condition(
        "cpa > 1 or (roas < 2 and spend > 3)"
    )


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("cpa > 50 and", "and"),
        ("cpa > 50 spend > 200", "spend > 200"),
        ("cpa > fifty apples and spend > 2", "apples and spend > 2"),
        ("(cpa > 50 or roas < 1", "1"),
        ("clicks > target", "target"),
        ("clicks > 2 * spend", "spend"),
        ("cpa > 50, spend > 200 or roas < 1", "cpa > 50, spend > 200 or roas < 1"),
        ("hello", "hello"),
    ],
)
def test_what_does_not_fit_is_named(said: str, part: str) -> None:
    with pytest.raises(ConditionUnclear) as error:
        condition(said)
    assert error.value.values["part"] == part


def test_nobody_writes_eleven_comparisons() -> None:
    with pytest.raises(ConditionTooLong):
        condition(" and ".join(["cpa > 50"] * 11))


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("如果C-1的CPA高于50且花费超过200就暂停", ["cpa > 50 and spend > 200"]),
        ("if cpa > 50 and spend > 200 pause C-1", ["cpa > 50 and spend > 200"]),
        ("cut the budget by 20% if roas < target and spend >= 100 in 3 days",
         ["roas < target_roas and spend of 3d >= 100"]),
        # One figure against a number needs no condition beside the contract's arguments.
        ("CPA 超过 50 就暂停广告组，看 24 小时", []),
        ("CPA高于50就暂停，并且通知我", []),
        ("帮我盯着，ROAS掉到1以下就通知我", []),
        ("spend trend of last week", []),
        # What cannot be read is kept as it was said, and never cut down to its first part.
        ("CPA高于50而且天气好就暂停", ["CPA高于50而且天气好"]),
        ("CPA高于50就暂停，ROAS高于3就加预算20%", ["CPA高于50就暂停，ROAS高于3"]),
    ],
)  # fmt: skip
def test_a_sentence_holds_the_whole_condition(sentence: str, read: list[str]) -> None:
    assert [each.value for each in conditions(sentence)] == read
