"""What customers ask is looked up; what follows from a question takes it along."""

import pytest

from tests.unit.agent.conftest import Hears

SEARCH = "search_knowledge"


def asked(hears: Hears, *messages: str) -> list[str]:
    calls = hears(*messages, persona="customer").calls
    return [call.args["question"] for call in calls if call.tool == SEARCH]


@pytest.mark.parametrize(
    "text",
    [
        "这款耳机降噪吗",
        "羽绒服怎么洗比较好？",
        "退貨運費是誰付的",
        "do you have this in green?",
        "为什么还不发货",
        "我穿M码，裤子该选哪个码？",
        "会员日是哪天",
        "is the warranty valid abroad",
    ],
)
def test_questions_are_looked_up_as_they_were_asked(hears: Hears, text: str) -> None:
    assert asked(hears, text) == [text]


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("衣服几天之内可以退货？", "那鞋子呢？"),
        ("do you ship to Singapore?", "how long does it take?"),
        ("支持换货吗", "多久"),
        ("有没有儿童雨衣", "这个多少钱"),
    ],
)
def test_what_follows_from_a_question_takes_it_along(hears: Hears, before: str, text: str) -> None:
    assert asked(hears, before, "…", text) == [f"{before}\n{text}"]


def test_a_question_of_its_own_leaves_the_one_before(hears: Hears) -> None:
    assert asked(hears, "衣服几天之内可以退货？", "…", "门店营业到几点？") == ["门店营业到几点？"]


def test_a_third_question_follows_from_the_first(hears: Hears) -> None:
    told = ("衣服几天之内可以退货？", "…", "那鞋子呢？", "…", "帽子呢？")
    assert asked(hears, *told) == ["衣服几天之内可以退货？\n帽子呢？"]


@pytest.mark.parametrize(
    "text",
    [
        "你好",
        "谢谢啦",
        "拜拜",
        "转人工",
        "我叫王芳，电话13812345678",
        "我对海鲜过敏",
        "asdfgh",
        "。。。",
    ],
)
def test_what_is_no_question_is_not_looked_up(hears: Hears, text: str) -> None:
    assert asked(hears, text) == []


def test_a_question_beside_a_phone_number_is_heard_too(hears: Hears) -> None:
    plan = hears("我叫王芳，电话13812345678，你们几点关门？", persona="customer")
    assert [call.tool for call in plan.calls] == ["leave_contact", SEARCH]


def test_managers_orders_stay_what_they_were(hears: Hears) -> None:
    assert all(call.tool != SEARCH for call in hears("退货政策是什么").calls)
