"""Owners, names and ways to reach somebody."""

import pytest

from tests.unit.tools.reading.conftest import Values
from tools.arguments import Kind


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("把L-12分给小李", "小李"),
        ("把L-7轉給林小姐", "林小姐"),
        ("交给李经理跟进", "李经理"),
        ("L-3转给王姐吧", "王姐"),
        ("分给张伟", "张伟"),
        ("张伟负责的线索有哪些", "张伟"),
        ("负责人改成陈晓明", "陈晓明"),
        ("线索12归张三", "张三"),
        ("分配给欧阳娜娜", "欧阳娜娜"),
        ("assign L-12 to Anna", "Anna"),
        ("assign L-12 to kevin wu", "kevin wu"),
        ("Anna's leads", "Anna"),
        ("show leads owned by Kevin Wu", "Kevin Wu"),
        ("我名下的线索", "我"),
        ("my leads this week", "me"),
    ],
)
def test_the_owner_is_read_as_said(values: Values, text: str, owner: str) -> None:
    assert values(Kind.owner, text)[0] == owner


@pytest.mark.parametrize(
    "text", ["小红书来的线索", "给L-12打上VIP标签", "给我三个高分线索", "小程序来的", "by owner"]
)
def test_not_everything_after_a_cue_is_a_person(values: Values, text: str) -> None:
    assert values(Kind.owner, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("新线索张伟，电话13800138000", "张伟"),
        ("录入客户王女士，微信wx_abc", "王女士"),
        ("姓名：赵六 电话 13912345678", "赵六"),
        ("新建一個線索，名字叫陳大文，電話 0912345678", "陳大文"),
        ("张伟，云海科技，13800138000", "张伟"),
        ("Add lead John Smith, phone +1 555 010 0200", "John Smith"),
        ("add a new lead anna lee, wechat anna88", "anna lee"),
        ("Create a lead for Maria Garcia from Acme", "Maria Garcia"),
        ("Add Kevin Wu as a lead, 13800138000", "Kevin Wu"),
    ],
)
def test_the_name_of_a_new_lead(values: Values, text: str, name: str) -> None:
    assert values(Kind.name, text)[0] == name


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+65 9123 4567", "+6591234567"),
        ("call (212) 555-0100", "2125550100"),
        ("座机 010-62345678", "01062345678"),
        ("電話 0912345678", "0912345678"),
        ("手机号是１３８００１３８０００", "13800138000"),
    ],
)
def test_a_phone_is_kept_as_typed_without_its_gaps(values: Values, text: str, phone: str) -> None:
    assert values(Kind.phone, text) == [phone]


@pytest.mark.parametrize(
    "text", ["2026-11-01", "C-12345678", "预算1000000", "https://x.com/13800138000"]
)
def test_other_digits_are_no_phone(values: Values, text: str) -> None:
    assert values(Kind.phone, text) == []


@pytest.mark.parametrize(
    ("text", "wechat"),
    [
        ("微信 wx_abc", ["wx_abc"]),
        ("微信号是lihua88", ["lihua88"]),
        ("WeChat id is Anna_W", ["Anna_W"]),
        ("加V：kk2020", ["kk2020"]),
        ("wechat leads this week", []),
        ("微信来的5条", []),
    ],
)
def test_a_wechat_id_is_no_source(values: Values, text: str, wechat: list[str]) -> None:
    assert values(Kind.wechat, text) == wechat


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("公司叫云海科技", ["云海科技"]),
        ("来自杭州云海科技有限公司", ["杭州云海科技有限公司"]),
        ("Maria from Acme Ltd", ["Acme Ltd"]),
        ("Anna at Acme", ["Acme"]),
        ("company: Blue Ocean & Co", ["Blue Ocean & Co"]),
        ("来自抖音", []),
        ("leads from Douyin", []),
        ("from last week", []),
    ],
)
def test_a_company_is_no_source_and_no_date(values: Values, text: str, company: list[str]) -> None:
    assert values(Kind.company, text) == company


def test_addresses_end_where_chinese_begins(values: Values) -> None:
    assert values(Kind.url, "https://shop.com/p1的文案") == ["https://shop.com/p1"]
    assert values(Kind.url, "看https://a.com/x?y=1，投抖音") == ["https://a.com/x?y=1"]
    assert values(Kind.url, "www.shop.com/p") == ["https://www.shop.com/p"]
    assert values(Kind.email, "邮箱是anna.lee@acme.com，电话没有") == ["anna.lee@acme.com"]
