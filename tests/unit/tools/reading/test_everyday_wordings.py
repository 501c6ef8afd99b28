"""Wordings that people use in passing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.tools.reading.conftest import Values
from tools.arguments import Kind


@pytest.mark.parametrize(
    ("kind", "argument", "text", "value"),
    [
        (Kind.window, "time_range", "近三日点击率低于1%", "3d"),
        (Kind.days, "duration_days", "一天两百，测五天", 5),
        (Kind.number, "value", "48小时转化少于3个就提醒我", Decimal(3)),
        (Kind.number, "min_score", "八十分以上的线索", Decimal(80)),
        (Kind.number, "value", "ROAS 高於五就加預算", Decimal(5)),
        (Kind.money, "daily_budget", "三百一天", Decimal(300)),
        (Kind.limit, "limit", "the three newest leads", 3),
        (Kind.wechat, "wechat", "new lead Sarah, wechat sarahk, from Acme", "sarahk"),
        (Kind.name, "name", "把孙丽加到线索里", "孙丽"),
        (Kind.tags, "remove_tags", "take the VIP tag off L-9", ["VIP"]),
        (Kind.note, "note", "note on L-5: asked for a discount", "asked for a discount"),
        (Kind.note, "note", "备注一下L-30，客户下周出差", "客户下周出差"),
        (Kind.note, "note", "给L-12补充一句：喜欢蓝色", "喜欢蓝色"),
        (Kind.countries, "countries", "投美加澳", ["US", "CA", "AU"]),
        (Kind.flag, "enabled", "R-5先别生效了", False),
        (Kind.flag, "apply", "直接套用", True),
    ],
)
def test_is_read(values: Values, kind: Kind, argument: str, text: str, value: Any) -> None:
    assert values(kind, text, argument)[:1] == [value]


@pytest.mark.parametrize(
    ("kind", "argument", "text"),
    [
        (Kind.number, "min_score", "the three newest leads"),
        (Kind.tags, "add_tags", "最后一个标记为流失"),
        (Kind.text, "text", "老王跟的那些单子"),
        (Kind.text, "text", "看看有哪些线索"),
        (Kind.text, "text", "show me what creatives are available"),
        (Kind.owner, "owner", "官网表单提交的线索"),
    ],
)
def test_is_not_mistaken_for_a_value(values: Values, kind: Kind, argument: str, text: str) -> None:
    assert values(kind, text, argument) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("turn C-12 back on", "start"), ("shut C-18 down", "pause"), ("C-4 can be stopped", "pause")],
)
def test_verbs_around_an_id_are_read(values: Values, text: str, value: str) -> None:
    choices = ("start", "pause", "delete")
    assert values(Kind.choice, text, "action", choices)[:1] == [value]
