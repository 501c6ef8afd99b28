"""A quote grounds exactly the value that it says."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.tools.reading.conftest import NOW
from tools.arguments import Kind
from tools.reading import read
from tools.reading.grounding import grounded, is_quote_of

STATUS = ("new", "following", "converted", "lost")


def _grounded(kind: Kind, value: Any, quote: str, argument: str = "") -> bool:
    choices = STATUS if argument == "status" else ()
    return grounded(kind, value, quote, now=NOW, argument=argument, choices=choices)


@pytest.mark.parametrize(
    ("kind", "value", "quote", "argument"),
    [
        (Kind.campaign, "C-3", "活动3", ""),
        (Kind.lead, "13800138000", "138 0013 8000", ""),
        (Kind.ad_set, "A-3.1", "C-3 的第一个广告组", ""),
        (Kind.money, Decimal(500), "五百塊", "daily_budget"),
        (Kind.money, "500.00", "日预算500", "daily_budget"),
        (Kind.percent_change, Decimal(-30), "降三成", ""),
        (Kind.percent_change, Decimal(-30), "三成", ""),
        (Kind.percent_change, 100, "翻倍", ""),
        (Kind.money_change, -200, "200块", ""),
        (Kind.number, Decimal(20), "20%", "action_value"),
        (Kind.days, 14, "两周", ""),
        (Kind.limit, 5, "前5个", ""),
        (Kind.period, "last_month", "上个月", ""),
        (Kind.countries, ["CA", "US"], "美国和加拿大", ""),
        (Kind.creatives, ["CR-1"], "CR-1", ""),
        (Kind.ages, [(18, 35)], "18-35岁", ""),
        (Kind.choice, "lost", "已流失", "status"),
        (Kind.flag, False, "停用", "enabled"),
        (Kind.cron, "0 9 * * 1", "每周一", ""),
        (Kind.window, "24h", "过去24小时", ""),
        (Kind.owner, "小李", "小李", ""),
        (Kind.owner, "sarah", "to sarah", ""),
        (Kind.name, "Anna Lee", "add anna  lee", ""),
        (Kind.phone, "12345", "电话12345", ""),
        (Kind.company, "Acme", "from Acme Ltd", ""),
        (Kind.note, "周五回访", "备注：周五回访", "note"),
        (Kind.tags, ["VIP"], "打上VIP标签", "add_tags"),
        (Kind.tags, ["VIP", "hot"], "vip和hot", "add_tags"),
        (Kind.url, "https://shop.com/p1", "https://shop.com/p1的文案", ""),
        (Kind.email, "a@b.com", "A@b.com", ""),
    ],
)
def test_a_value_is_grounded_in_the_words_that_say_it(
    kind: Kind, value: Any, quote: str, argument: str
) -> None:
    assert _grounded(kind, value, quote, argument)


@pytest.mark.parametrize(
    ("kind", "value", "quote", "argument"),
    [
        (Kind.campaign, "C-8", "C-3", ""),
        (Kind.campaign, "C-3", "ABC-3", ""),
        (Kind.campaign, "C-3", "3", ""),
        (Kind.campaign, "C-3", "它", ""),
        (Kind.campaign, "C-3", "", ""),
        (Kind.lead, "13800138001", "13800138000", ""),
        (Kind.money, Decimal(5000), "五百", "daily_budget"),
        (Kind.money, Decimal(50), "CPA 50", "daily_budget"),
        (Kind.money, Decimal(200), "加200", "daily_budget"),
        (Kind.percent_change, 30, "降三成", ""),
        (Kind.percent_change, -20, "三成", ""),
        (Kind.money_change, 200, "砍200", ""),
        (Kind.days, 3, "3周", ""),
        (Kind.limit, 5, "第五个", ""),
        (Kind.period, "last_week", "上个月", ""),
        (Kind.countries, ["US", "GB"], "美国", ""),
        (Kind.countries, ["US"], "tell us", ""),
        (Kind.countries, [], "美国", ""),
        (Kind.creatives, ["CR-1", "CR-9"], "CR-1和CR-2", ""),
        (Kind.choice, "lost", "已成交", "status"),
        (Kind.flag, True, "停用", "enabled"),
        (Kind.owner, "小王", "小李", ""),
        (Kind.name, "Ann", "Anna", ""),
        (Kind.phone, "12345", "电话123456", ""),
        (Kind.company, "", "Acme", ""),
        (Kind.tags, ["VIP"], "去掉VIP标签", "add_tags"),
        (Kind.tags, ["VIP", "gold"], "打上VIP标签", "add_tags"),
        (Kind.url, "https://evil.com", "https://shop.com", ""),
        (Kind.money, "not a number", "500", "daily_budget"),
        (Kind.percent_change, None, "20%", ""),
    ],
)
def test_a_value_that_the_words_do_not_say_is_refused(
    kind: Kind, value: Any, quote: str, argument: str
) -> None:
    assert not _grounded(kind, value, quote, argument)


@pytest.mark.parametrize(
    ("kind", "text", "argument"),
    [
        (Kind.lead, "看看 #12 的资料", ""),
        (Kind.ad_set, "the second ad set of C-3 please", ""),
        (Kind.percent_change, "把C-3的预算降到七成吧", ""),
        (Kind.percent_change, "C-3预算调到原来的80%", ""),
        (Kind.percent_change, "涨到3倍", ""),
        (Kind.money, "raise C-3 to $1,000 please", "daily_budget"),
        (Kind.number, "三天没有转化就暂停", "value"),
        (Kind.period, "between Oct 1 and Oct 7 on Meta", ""),
        (Kind.period, "10月1号以来的线索", ""),
        (Kind.cron, "send it every Monday at 8:30am", ""),
        (Kind.window, "pause it when CPA is over 50 in the past day", ""),
        (Kind.countries, "in us and uk", ""),
        (Kind.owner, "my leads this week", ""),
        (Kind.owner, "我名下的线索", ""),
        (Kind.choice, "facbook 上的活动", "platform"),
        (Kind.tags, "给L-8贴上“高意向”和“复购”标签", "add_tags"),
        (Kind.tags, "去掉L-12的冷淡标签", "remove_tags"),
        (Kind.text, "找教育行业的线索", "text"),
    ],
)
def test_what_was_read_is_grounded_in_its_own_words(kind: Kind, text: str, argument: str) -> None:
    (found,) = read(kind, text, now=NOW, argument=argument)
    assert _grounded(kind, found.value, text[found.start : found.end], argument)


@pytest.mark.parametrize(
    ("quote", "utterance"),
    [
        ("C-12", "暂停C-12吧"),
        ("C-1", "不是C-12，是C-1"),
        ("五百", "预算加五百元"),
        ("30%", "cut it by 30%."),
        ("18-35", "年龄18-35岁"),
        ("小李", "分给小李"),
        ("200", "每天 200，7 天"),
        ("7 天", "每天 200，7 天"),
        ("7 天", "每天 200,7 天"),
        ("US", "in the US, please"),
    ],
)
def test_a_quote_stands_whole_in_what_was_said(quote: str, utterance: str) -> None:
    assert is_quote_of(quote, utterance)


@pytest.mark.parametrize(
    ("quote", "utterance"),
    [
        ("C-1", "暂停C-12吧"),
        ("C-3", "ABC-3"),
        ("30", "预算300"),
        ("500", "预算1,500"),
        ("500", "预算500.75"),
        ("200", "预算 200,700"),
        ("700", "预算 200,700"),
        ("五百", "预算三万五百"),
        ("3", "预算3万"),
        ("Ann", "assign it to Anna"),
        ("", "暂停C-12吧"),
        ("C-9", "暂停C-12吧"),
    ],
)
def test_a_quote_that_cuts_something_in_two_is_none(quote: str, utterance: str) -> None:
    assert not is_quote_of(quote, utterance)
