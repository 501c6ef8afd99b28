"""Several turns: the conversation's state follows from its texts alone."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.agent.conftest import Hears

STATUS = ("C-3跑得怎么样", "C-3 今天花费 500，ROAS 0.8。")
LEADS = ("上周抖音的线索", "找到 3 条：L-12 王芳、L-19 刘强、L-23 赵敏")


@pytest.mark.parametrize(
    ("messages", "tool", "args"),
    [
        (("上周的概览", "花费 3200。", "那上个月呢"), "overview_report", {"period": "last_month"}),
        (("上週花費走勢", "如圖。", "那上個月呢"), "trend_report",
         {"metric": "spend", "period": "last_month"}),
        (("spend trend for last week", "Here it is.", "what about revenue?"), "trend_report",
         {"metric": "revenue", "period": "last_week"}),
        (("上周概览", "花费 3200。", "漏斗呢"), "funnel_report", {"period": "last_week"}),
        (("上周漏斗", "如图。", "导出成 Excel"), "export_report",
         {"kind": "funnel", "period": "last_week", "format": "xlsx"}),
        ((*STATUS, "那C-5呢"), "get_campaign_status", {"campaign": "C-5"}),
        ((*STATUS, "C-5呢"), "get_campaign_status", {"campaign": "C-5"}),
    ],
)  # fmt: skip
def test_a_follow_up_keeps_what_it_does_not_change(
    hears: Hears, messages: tuple[str, ...], tool: str, args: dict[str, Any]
) -> None:
    (call,) = hears(*messages).calls
    assert (call.tool, call.args) == (tool, args)


@pytest.mark.parametrize(
    "text", ["把它停了", "那就暂停吧", "先停掉这个活动", "pause it", "把它暫停"]
)
def test_it_is_the_object_last_spoken_of(hears: Hears, text: str) -> None:
    (call,) = hears(*STATUS, text).calls
    assert (call.tool, call.args) == ("manage_campaign", {"campaign": "C-3", "action": "pause"})


@pytest.mark.parametrize("text", ["把他分给我", "分给我", "assign it to me"])
def test_what_was_asked_before_is_not_asked_again_for_an_order(hears: Hears, text: str) -> None:
    (call,) = hears("L-12 什么情况", "L-12 潘晓琳 · 95分", text).calls
    assert call.tool == "assign_lead"
    assert call.args["lead"] == "L-12"


def test_a_new_object_is_known_by_the_answer_that_named_it(hears: Hears) -> None:
    order = "在TikTok建个流量活动，每天300，投日本"
    (call,) = hears(order, "已创建活动 C-9。", "给它加两百").calls
    assert call.args == {"campaign": "C-9", "change_amount": Decimal(200)}


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("第二个分给小李", "L-19"),
        ("把第一條分給小李", "L-12"),
        ("最后一个给小李", "L-23"),
        ("assign the second one to 小李", "L-19"),
        ("assign the last one to 小李", "L-23"),
    ],
)
def test_ordinals_count_in_the_last_list(hears: Hears, text: str, lead: str) -> None:
    (call,) = hears(*LEADS, text).calls
    assert (call.tool, call.args) == ("assign_lead", {"lead": lead, "owner": "小李"})


def test_a_resolved_reference_quotes_the_referring_words(hears: Hears) -> None:
    (call,) = hears(*LEADS, "第二个分给小李").calls
    assert call.quotes == {"lead": "第二个", "owner": "小李"}


def test_it_among_many_is_asked_about(hears: Hears) -> None:
    ask = hears(*LEADS, "把它分给小李").ask
    assert ask is not None
    assert (ask.argument, ask.choices) == ("lead", ("L-12", "L-19", "L-23"))


@pytest.mark.parametrize(
    "text", ["不是C-3，是C-8", "不對，是 C-8", "no, I meant C-8", "sorry, C-8"]
)
def test_a_correction_repeats_the_order_with_the_right_value(hears: Hears, text: str) -> None:
    (call,) = hears("暂停C-3", "要暂停 C-3 吗？", text).calls
    assert (call.tool, call.args) == ("manage_campaign", {"campaign": "C-8", "action": "pause"})


def test_a_corrected_share_keeps_its_direction(hears: Hears) -> None:
    (call,) = hears("cut C-5's budget by 20%", "500 → 400?", "actually make it 30%").calls
    assert call.args == {"campaign": "C-5", "change_percent": Decimal(-30)}


def test_a_corrected_sum_replaces_the_share(hears: Hears) -> None:
    (call,) = hears("C-5预算加20%", "500 → 600？", "改成八百").calls
    assert call.args == {"campaign": "C-5", "daily_budget": Decimal(800)}


def test_an_answer_may_change_what_was_said_before(hears: Hears) -> None:
    (call,) = hears("把预算加10%", "是哪个广告活动？", "C-5 预算改成 800").calls
    assert call.args == {"campaign": "C-5", "daily_budget": Decimal(800)}


def test_a_number_that_was_not_understood_is_not_passed_over(hears: Hears) -> None:
    plan = hears("C-5预算加10%", "500 → 550？", "不是 C-5，是 C-8，改成 12x")
    assert plan.ask is not None
    assert plan.ask.call.args == {"campaign": "C-8"}


@pytest.mark.parametrize("text", ["pause all campaigns", "停掉所有活动", "把全部广告都停了"])
def test_all_of_them_are_not_the_one_in_sight(hears: Hears, text: str) -> None:
    ask = hears("C-3跑得怎么样", "C-3 今天花费 500。", text).ask
    assert ask is not None
    assert (ask.call.tool, ask.argument) == ("manage_campaign", "campaign")


def test_all_of_a_campaign_is_the_campaign(hears: Hears) -> None:
    shown = "C-3 今天花费 500。\nA-3.1 投放中 CR-1\nA-3.2 投放中 CR-2"
    (call,) = hears("C-3跑得怎么样", shown, "把预算都加10%").calls
    assert call.args == {"campaign": "C-3", "change_percent": Decimal(10)}


def test_a_question_is_nobodys_name(hears: Hears) -> None:
    assert not hears("新建一条线索", "叫什么名字？", "谁是最好的销售").calls


def test_another_object_alone_is_no_reason_to_act_on_it(hears: Hears) -> None:
    plan = hears("停掉C-3", "C-3 已暂停。", "C-5呢")
    assert [call.tool for call in plan.calls] == ["get_campaign_status"]


def test_the_same_for_another_object_acts_on_it(hears: Hears) -> None:
    (call,) = hears("停掉C-3", "C-3 已暂停。", "C-5也一样").calls
    assert call.args == {"campaign": "C-5", "action": "pause"}


def test_a_new_order_starts_afresh(hears: Hears) -> None:
    (call,) = hears("上周概览", "花费 3200。", "本月各渠道效果").calls
    assert (call.tool, call.args) == ("channel_report", {"period": "this_month"})


def test_thanks_after_an_order_are_only_thanks(hears: Hears) -> None:
    assert hears(*STATUS, "谢谢").talk == "thanks"
