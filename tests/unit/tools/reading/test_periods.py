"""Periods, seen from Saturday 21 November 2026."""

import pytest

from tests.unit.tools.reading.conftest import Values
from tools.arguments import Kind


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("today", "今天 今日 today"),
        ("yesterday", "昨天 昨儿 昨日 yesterday"),
        ("this_week", "本周 这周 这礼拜 這週 这个星期 this_week week_to_date"),
        ("last_week", "上周 上礼拜 上個星期 上週 last_week previous_week"),
        ("this_month", "本月 这个月 这月 當月 this_month month_to_date MTD"),
        ("last_month", "上月 上个月 上個月 last_month"),
        ("last_7_days", "近一周 最近7天 过去七天 近七日 past_week past_7_days last_seven_days"),
        ("last_30_days", "最近一个月 近30天 past_month last_thirty_days"),
    ],
)
def test_the_contract_has_a_name(values: Values, name: str, said: str) -> None:
    for words in said.split():
        assert values(Kind.period, words.replace("_", " ")) == [name], words


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("10月1号到15号", "2026-10-01", "2026-10-15"),
        ("十月一号到十五号", "2026-10-01", "2026-10-15"),
        ("Oct 1 to Oct 15", "2026-10-01", "2026-10-15"),
        ("Oct 1-15", "2026-10-01", "2026-10-15"),
        ("between Oct 1 and Oct 7", "2026-10-01", "2026-10-07"),
        ("2026-11-01 到 2026-11-07", "2026-11-01", "2026-11-07"),
        ("11/1-11/7", "2026-11-01", "2026-11-07"),
        ("10.1-10.15", "2026-10-01", "2026-10-15"),
        ("从上周五开始", "2026-11-13", "2026-11-21"),
        ("1号到15号", "2026-11-01", "2026-11-15"),
        ("上个月1号到10号", "2026-10-01", "2026-10-10"),
        ("10月25号到5号", "2026-10-25", "2026-11-05"),
        ("上上周", "2026-11-02", "2026-11-08"),
        ("前天", "2026-11-19", "2026-11-19"),
        ("3天前", "2026-11-18", "2026-11-18"),
        ("这两天", "2026-11-20", "2026-11-21"),
        ("昨天和今天", "2026-11-20", "2026-11-21"),
        ("去年11月", "2025-11-01", "2025-11-30"),
        ("12月", "2025-12-01", "2025-12-31"),
        ("10月", "2026-10-01", "2026-10-31"),
        ("November", "2026-11-01", "2026-11-21"),
        ("March 2025", "2025-03-01", "2025-03-31"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("这个季度", "2026-10-01", "2026-11-21"),
        ("上半年", "2026-01-01", "2026-06-30"),
        ("去年H2", "2025-07-01", "2025-12-31"),
        ("今年", "2026-01-01", "2026-11-21"),
        ("过去14天", "2026-11-08", "2026-11-21"),
        ("最近两周", "2026-11-08", "2026-11-21"),
        ("last 3 months", "2026-08-22", "2026-11-21"),
        ("近半年", "2026-05-22", "2026-11-21"),
        ("since Monday", "2026-11-16", "2026-11-21"),
        ("10月1号至今", "2026-10-01", "2026-11-21"),
        ("上周三", "2026-11-11", "2026-11-11"),
        ("周一到周五", "2026-11-16", "2026-11-20"),
        ("上周末", "2026-11-14", "2026-11-15"),
        ("5月1日", "2026-05-01", "2026-05-01"),
    ],
)
def test_everything_else_is_exact_days(values: Values, said: str, first: str, last: str) -> None:
    assert values(Kind.period, said) == [f"{first}..{last}"]


@pytest.mark.parametrize(
    "text",
    [
        "2月30号",
        "11月上旬",
        "上个月底",
        "C-3",
        "跑7天",
        "过去24小时",
        "leads that may convert",
        "最近怎么样",
    ],
)
def test_what_is_no_definite_period_is_not_read(values: Values, text: str) -> None:
    assert values(Kind.period, text) == []


def test_a_named_stretch_until_now_keeps_its_name(values: Values) -> None:
    assert values(Kind.period, "這禮拜到現在") == ["this_week"]


def test_the_period_may_stand_anywhere_in_the_sentence(values: Values) -> None:
    assert values(Kind.period, "那上個月抖音的報表呢") == ["last_month"]
    assert values(Kind.period, "how did Meta do last week?") == ["last_week"]


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("每天早上九点", "0 9 * * *"),
        ("每天", "0 9 * * *"),
        ("daily at 6pm", "0 18 * * *"),
        ("每天晚上八点半发给我", "30 20 * * *"),
        ("每周一 8:30", "30 8 * * 1"),
        ("每週五下午5點", "0 17 * * 5"),
        ("每周日晚上8点", "0 20 * * 0"),
        ("every Monday at 8:30am", "30 8 * * 1"),
        ("Mondays and Thursdays at 10am", "0 10 * * 1,4"),
        ("每周一三五", "0 9 * * 1,3,5"),
        ("周一早上九点", "0 9 * * 1"),
        ("工作日下午六点", "0 18 * * 1-5"),
        ("every weekday at 18:00", "0 18 * * 1-5"),
        ("每月1号", "0 9 1 * *"),
        ("monthly on the 15th", "0 9 15 * *"),
        ("every day at noon", "0 12 * * *"),
        ("12am daily", "0 0 * * *"),
        ("15 8 * * 1-5", "15 8 * * 1-5"),
    ],
)
def test_what_repeats_is_cron(values: Values, text: str, cron: str) -> None:
    assert values(Kind.cron, text) == [cron]


@pytest.mark.parametrize("text", ["上周一的数据", "99 9 * * *", "今天九点", "C-3"])
def test_what_does_not_repeat_has_no_cron(values: Values, text: str) -> None:
    assert values(Kind.cron, text) == []
