"""Single messages: what is refused, corrected, said with slips, or meant for several objects."""

from decimal import Decimal
from typing import Any

import pytest

from agent.planner.planner import LocalPlanner
from config.i18n import Language
from tests.unit.agent.conftest import Hears
from tools.contract import MANAGER


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("先别暂停 C-7，看看数据", "get_campaign_status", {"campaign": "C-7"}),
        ("先別暫停 C-7，看看數據", "get_campaign_status", {"campaign": "C-7"}),
        ("don't pause C-7 yet, show me its numbers", "get_campaign_status", {"campaign": "C-7"}),
        ("不要删除 C-3，暂停就行", "manage_campaign", {"campaign": "C-3", "action": "pause"}),
        ("don't delete C-3, just pause it", "manage_campaign", {"campaign": "C-3", "action": "pause"}),
        ("pause C-3 instead of deleting it", "manage_campaign", {"campaign": "C-3", "action": "pause"}),
        ("pause C-6, not C-8", "manage_campaign", {"campaign": "C-6", "action": "pause"}),
        ("别再投 C-4 了", "manage_campaign", {"campaign": "C-4", "action": "pause"}),
        ("don't forget to pause C-3", "manage_campaign", {"campaign": "C-3", "action": "pause"}),
    ],
)  # fmt: skip
def test_a_refused_order_is_not_carried_out(
    hears: Hears, text: str, tool: str, args: dict[str, Any]
) -> None:
    (call,) = hears(text).calls
    assert (call.tool, call.args) == (tool, args)


@pytest.mark.parametrize(
    ("text", "campaign"),
    [
        ("暂停 C-3，不对，C-8", "C-8"),
        ("把 C-3，哦說錯了，是 C-8 停掉", "C-8"),
        ("stop C-3, wait no, C-8", "C-8"),
        ("不是 C-3，是 C-8 要停", "C-8"),
    ],
)
def test_the_corrected_value_counts(hears: Hears, text: str, campaign: str) -> None:
    (call,) = hears(text).calls
    assert call.args == {"campaign": campaign, "action": "pause"}


@pytest.mark.parametrize("text", ["暂亭C-3", "puase C-3", "stpo C-3", "暫停C３"])
def test_slips_of_the_keys_are_forgiven(hears: Hears, text: str) -> None:
    (call,) = hears(text).calls
    assert call.args == {"campaign": "C-3", "action": "pause"}


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("把 C-7 的预算降三成", {"campaign": "C-7", "change_percent": Decimal(-30)}),
        ("C-7 每天多花两百", {"campaign": "C-7", "change_amount": Decimal(200)}),
        ("C-7 預算調成一千二", {"campaign": "C-7", "daily_budget": Decimal(1200)}),
        ("C7预算加个20", {"campaign": "C-7", "change_amount": Decimal(20)}),
        ("C-7 预算再加个两百", {"campaign": "C-7", "change_amount": Decimal(200)}),
        ("take C-7 from 500 to 700 a day", {"campaign": "C-7", "daily_budget": Decimal(700)}),
    ],
)
def test_amounts_are_steps_shares_or_ends(hears: Hears, text: str, args: dict[str, Any]) -> None:
    (call,) = hears(text).calls
    assert (call.tool, call.args) == ("set_budget", args)


def test_an_order_for_several_objects_becomes_a_call_for_each(hears: Hears) -> None:
    calls = hears("把 C-3 和 C-5 都停了").calls
    assert [call.args["campaign"] for call in calls] == ["C-3", "C-5"]
    assert [call.quotes["campaign"] for call in calls] == ["C-3", "C-5"]


@pytest.mark.parametrize(
    "text", ["暂停 C-3，然后把 C-5 预算加 20%", "pause C-3 and raise C-5's budget by 20%"]
)
def test_two_orders_in_a_message_are_two_calls(hears: Hears, text: str) -> None:
    pause, raise_ = hears(text).calls
    assert (pause.tool, pause.args) == ("manage_campaign", {"campaign": "C-3", "action": "pause"})
    assert raise_.args == {"campaign": "C-5", "change_percent": Decimal(20)}


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("L-12 改成跟进中，再分给小李", ["update_lead", "assign_lead"]),
        ("今天来了多少线索？再看看这周漏斗", ["lead_stats", "funnel_report"]),
        ("pause C-3 and show me this week's funnel", ["manage_campaign", "funnel_report"]),
        ("把 C-3 停了，C-3 的预算减 10%", ["manage_campaign", "set_budget"]),
        ("C-8不行，砍了", ["manage_campaign"]),
        ("把L-12分给李雷并打上vip标签", ["assign_lead", "update_lead"]),
        ("看看并购客户的线索", ["search_leads"]),
        ("这周来了多少线索，按渠道", ["lead_stats"]),
        ("把孙丽加到线索里，电话是18800001111", ["create_lead"]),
    ],
)
def test_orders_for_different_tools_follow_each_other(
    hears: Hears, text: str, tools: list[str]
) -> None:
    assert [call.tool for call in hears(text).calls] == tools


def test_a_later_order_is_about_the_object_of_the_one_before(hears: Hears) -> None:
    _, assign = hears("L-12 改成跟进中，再分给小李").calls
    assert assign.args == {"lead": "L-12", "owner": "小李"}


@pytest.mark.parametrize("text", ["?", "，", "。。。", "!?"])
def test_punctuation_alone_is_no_order(hears: Hears, text: str) -> None:
    assert hears(text).calls == ()


def test_every_argument_quotes_the_words_it_was_read_from(hears: Hears) -> None:
    text = "上周从抖音进来的、八十分以上的线索列五条"
    (call,) = hears(text).calls
    assert call.quotes == {
        "source": "抖音", "min_score": "八十", "period": "上周", "limit": "五条",
    }  # fmt: skip


def test_free_words_are_quoted_as_they_were_typed(hears: Hears) -> None:
    (call,) = hears("給 L-3 加個備註：下週二回電").calls
    assert call.args["note"] == "下週二回電"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("把C-3停了", Language.zh_cn),
        ("幫我把 C-3 停掉", Language.zh_tw),
        ("pause C-3", Language.en),
    ],
)
def test_the_plan_knows_the_language_of_the_message(
    hears: Hears, text: str, language: Language
) -> None:
    assert hears(text).language is language


def test_the_same_request_gives_the_same_plan(hears: Hears) -> None:
    assert hears("C-3预算加到1000") == hears("C-3预算加到1000")


def test_calls_satisfy_the_contract(hears: Hears) -> None:
    text = "在Meta上投一个卖货的广告，一天五百，投美国和加拿大，18-35岁"
    (call,) = hears(text).calls
    arguments = MANAGER[call.tool].model_validate(call.args)
    assert arguments.model_dump(exclude_none=True)["age_groups"] == [(18, 35)]


def test_a_tool_that_takes_no_such_object_is_not_used(planner: LocalPlanner, hears: Hears) -> None:
    plan = hears("暂停 R-2")
    assert plan.calls[0].tool == "set_rule_enabled"


@pytest.mark.parametrize("text", ["搜 王强", "搜王强", "搜一下 王强", "search 王强"])
def test_who_is_looked_up_is_the_lead_and_no_owner(hears: Hears, text: str) -> None:
    (call,) = hears(text).calls
    assert (call.tool, call.args) == ("search_leads", {"text": "王强"})


@pytest.mark.parametrize(
    ("text", "owner"),
    [("把 L-60 放回公海", "公海"), ("put L-60 back into the pool", "the pool")],
)
def test_a_lead_goes_back_to_the_pool(hears: Hears, text: str, owner: str) -> None:
    (call,) = hears(text).calls
    assert (call.tool, call.args) == ("assign_lead", {"lead": "L-60", "owner": owner})
