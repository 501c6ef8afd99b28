"""What of a talk is worth remembering, and what it tells about who talks."""

import pytest

from memory.statements import remarks
from memory.talk import importance_of, worth_keeping
from storage.tables.memory import MemoryKind


@pytest.mark.parametrize(
    "text",
    [
        "好的",
        "好的，谢谢",
        "嗯嗯 👍",
        "ok thanks!",
        "/lang en",
        "／帮助",
        "你好，在吗？",
        "",
        "。。。",
    ],
)
def test_what_only_keeps_a_talk_going_is_not_kept(text: str) -> None:
    assert not worth_keeping(text)


@pytest.mark.parametrize(
    "text", ["我想退货", "多少钱", "我女儿5岁", "42 码", "yes, the blue one", "谢谢，鞋子很合脚"]
)
def test_what_says_something_is_kept(text: str) -> None:
    assert worth_keeping(text)


def test_a_question_weighs_less_than_a_statement_and_a_long_one_more_than_a_short_one() -> None:
    assert importance_of("这双鞋多少钱？") < importance_of("我要买这双鞋")
    long = "我家孩子今年五岁，对花生和牛奶过敏，平时在浦东上幼儿园，周末学画画"
    assert importance_of("我五岁") < importance_of(long)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我比较喜欢川菜和粤菜", MemoryKind.preference),
        ("I love hiking", MemoryKind.preference),
        ("我昨天在你们店买了一双鞋", MemoryKind.event),
        ("我明天去北京", MemoryKind.event),
        ("I went to a support group yesterday", MemoryKind.event),
        ("我住在上海", MemoryKind.fact),
        ("以后请只用中文回复我", MemoryKind.wish),
    ],
)
def test_what_people_tell_of_themselves_is_read(text: str, kind: MemoryKind) -> None:
    assert [(each.text, each.kind) for each in remarks(text)] == [(text, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "这双鞋多少钱？",
        "帮我查一下订单",
        "你喜欢喝茶吗",
        "I like to know the price?",
        "我也想去看看了",
    ],
)
def test_questions_orders_and_ideas_tell_nothing(text: str) -> None:
    assert remarks(text) == []


def test_a_message_is_read_sentence_by_sentence() -> None:
    told = remarks("我昨天买了一双鞋，有点小。能换吗？我比较喜欢宽松的。")
    assert [each.text for each in told] == ["我昨天买了一双鞋，有点小", "我比较喜欢宽松的"]
