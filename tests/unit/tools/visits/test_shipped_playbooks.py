"""The shipped playbooks begin when they should, and hear what their customers say."""

from datetime import date

import pytest

from tools.visits.following import Heard, chosen
from tools.visits.playbook_files import SHIPPED, read_folders
from tools.visits.values import values_in

FOUND, WRONG = read_folders([SHIPPED])
PLAYBOOKS = [each.playbook for each in FOUND.values()]
TODAY = date(2026, 11, 18)


def test_nothing_is_wrong_with_them() -> None:
    assert WRONG == []
    assert set(FOUND) >= {"consult", "returns", "complaint"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("你好，我想咨询一下你们的课程", "consult"),
        ("帮我推荐一款适合油皮的面霜", "consult"),
        ("想給孩子報班，推薦一下", "consult"),
        ("Hi, I'm looking for a gift for my mother", "consult"),
        ("Which one should I take?", "consult"),
        ("我想退货，尺码不对", "returns"),
        ("这双鞋我要换货", "returns"),
        ("I'd like to return these shoes", "returns"),
        ("我要投诉你们的快递", "complaint"),
        ("I am very disappointed", "complaint"),
    ],
)
def test_words_begin_the_right_one(text: str, name: str) -> None:
    begun = chosen(PLAYBOOKS, Heard(text=text, today=TODAY))
    assert begun is not None
    assert begun.name == name


@pytest.mark.parametrize(
    "text",
    ["你好", "衣服几天之内可以退货？", "想咨询一下我的订单到哪了", "我不退货了", "I'm looking for a way to track my order",
     "多久发货", "谢谢"],
)  # fmt: skip
def test_other_words_begin_none(text: str) -> None:
    assert chosen(PLAYBOOKS, Heard(text=text, today=TODAY)) is None


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("consult", "预算五千元左右", {"budget": 5000}),
        ("returns", "鞋子太大了，想换一双", {"way": "exchange", "reason": "size"}),
        ("returns", "it arrived broken, I want my money back", {"way": "refund", "reason": "quality"}),
        ("returns", "不是质量问题，就是不喜欢", {"reason": "changed"}),
        ("complaint", "给我补发一个吧，微信 lily_2020", {"wish": "replace", "contact": "lily_2020"}),
    ],
)  # fmt: skip
def test_their_customers_are_understood(name: str, text: str, told: dict[str, object]) -> None:
    assert values_in(FOUND[name].playbook, text, TODAY) == told
