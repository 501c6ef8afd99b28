"""What is missing is asked for, one argument at a time, and answers are read as such."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.agent.conftest import Hears


@pytest.mark.parametrize(
    ("text", "argument", "choices"),
    [
        ("暂停活动", "campaign", ()),
        ("優化 C-6", "target_metric", ("roas", "cpa")),
        ("export last week's funnel", "format", ("xlsx", "pdf", "csv")),
        ("调一下C-3的预算", "daily_budget", ()),
        ("update L-12", "status", ("new", "following", "converted", "lost")),
        ("ROAS高于4就加预算，看最近3天", "action_value", ()),
        ("写个广告文案", "product_url", ()),
    ],
)
def test_the_first_missing_argument_is_asked_for(
    hears: Hears, text: str, argument: str, choices: tuple[str, ...]
) -> None:
    ask = hears(text).ask
    assert ask is not None
    assert (ask.argument, ask.choices) == (argument, choices)


def test_the_only_platform_is_not_asked_for(hears: Hears) -> None:
    (call,) = hears("建个销售活动，投美国，一天300").calls
    assert (call.args["platform"], call.quotes["platform"]) == ("sandbox", "")


def test_one_of_several_platforms_is_asked_for(hears: Hears) -> None:
    ask = hears("建个销售活动，投美国，一天300", platforms=("meta", "tiktok")).ask
    assert ask is not None
    assert (ask.argument, ask.choices) == ("platform", ("meta", "tiktok"))


@pytest.mark.parametrize(
    ("messages", "args"),
    [
        (("改一下C-3的日预算", "要改成多少？", "一千"),
         {"campaign": "C-3", "daily_budget": Decimal(1000)}),
        (("改一下C-3的日预算", "要改成多少？", "1000"),
         {"campaign": "C-3", "daily_budget": Decimal(1000)}),
        (("把C-3預算降一點", "降多少？", "20%"),
         {"campaign": "C-3", "change_percent": Decimal(-20)}),
        (("暂停活动", "哪个活动？", "5"), {"campaign": "C-5", "action": "pause"}),
        (("pause a campaign", "Which one?", "C-5"), {"campaign": "C-5", "action": "pause"}),
        (("查个客户", "手机号是？", "13900001111"), {"lead": "13900001111"}),
        (("帮我录个线索", "客户叫什么名字？", "王小明"), {"name": "王小明"}),
        (("optimize C-6", "ROAS or CPA?", "roas please"),
         {"campaign": "C-6", "target_metric": "roas"}),
    ],
)  # fmt: skip
def test_an_answer_completes_the_order(
    hears: Hears, messages: tuple[str, ...], args: dict[str, Any]
) -> None:
    (call,) = hears(*messages).calls
    assert call.args == args


def test_answers_may_come_one_after_another(hears: Hears) -> None:
    (call,) = hears(
        "我想投广告", "目标是什么？", "卖货", "每天预算多少？", "五百", "投哪些国家？", "美国和日本"
    ).calls
    assert call.args == {
        "platform": "sandbox",
        "objective": "sales",
        "daily_budget": Decimal(500),
        "countries": ["US", "JP"],
    }


def test_one_answer_may_give_everything(hears: Hears) -> None:
    (call,) = hears("我想投广告", "目标是什么？", "流量，日本，每天五百").calls
    assert call.args["countries"] == ["JP"]


@pytest.mark.parametrize("text", ["暂停C-9", "pause C-9"])
def test_another_order_is_no_answer(hears: Hears, text: str) -> None:
    (call,) = hears("调一下C-3的预算", "调成多少？", text).calls
    assert (call.tool, call.args["campaign"]) == ("manage_campaign", "C-9")


@pytest.mark.parametrize("text", ["算了", "算了先不弄了", "never mind"])
def test_a_question_can_be_waved_away(hears: Hears, text: str) -> None:
    assert hears("帮我建个广告", "投放目标是什么？", text).talk == "cancelled"


def test_an_answer_that_says_nothing_is_asked_again(hears: Hears) -> None:
    ask = hears("优化C-6", "按 ROAS 还是 CPA？", "嗯……那个").ask
    assert ask is not None
    assert (ask.call.tool, ask.argument) == ("optimize_budget", "target_metric")
