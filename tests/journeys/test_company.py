"""Customers and staff of a real company: its returns, delivery, sizes, warranty, courses, in two
languages."""

import pytest

from config.i18n import Language, say
from tests.journeys.chat import AGENT, CUSTOMER, MANAGER, Chat

pytestmark = [
    pytest.mark.stocked,
    pytest.mark.parametrize("place", ["console on SQLite"], indirect=True),
]
UNSURE = say(Language.zh_cn, "answers.unsure")


async def test_a_talk_goes_from_shipping_to_returns_and_ends_with_a_person(chat: Chat) -> None:
    first = await chat.says("满多少包邮？", as_=CUSTOMER)
    assert "AI" in first
    assert "满 99 元包邮" in first
    assert "5 到 8 天" in await chat.says("到新疆要多久", as_=CUSTOMER)
    returns = await chat.says("点读笔激活了还能退吗", as_=CUSTOMER)
    assert "已激活的点读笔" in returns
    assert "来源：退换货政策" in returns
    assert UNSURE in await chat.says("狗粮多少钱", as_=CUSTOMER)
    await chat.says("转人工", as_=CUSTOMER)
    assert CUSTOMER in (await chat.last(AGENT)).text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("孩子身高128穿多大的T恤", "130"),
        ("外教一对一多少钱", "3600"),
        ("保修多久", "降噪耳机：整机 1 年"),
        ("do you ship to Canada", "10 to 15 days"),
        ("how long do I have to return goods", "7 days"),
        ("what is your return policy?", "You can return goods within 7 days"),
        ("Do you ship to Germany?", "We do not ship to other countries yet."),
        ("how do I pay", "We take WeChat Pay"),
        ("能寄到德国吗", "我们可以寄到新加坡、马来西亚、美国和加拿大"),
    ],
)
async def test_a_question_is_answered_with_its_source(
    chat: Chat, question: str, answer: str
) -> None:
    told = await chat.says(question, as_=CUSTOMER)
    assert answer in told
    assert "[1]" in told


async def test_staff_ask_the_same_documents(chat: Chat) -> None:
    told = await chat.says("我们的点读笔保修多久？", as_=MANAGER)
    assert "2 年" in told
    assert "来源" in told
    assert "示例街 28 号" in await chat.says("/ask 杭州店在哪", as_=AGENT)
