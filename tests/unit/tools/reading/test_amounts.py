"""Money, changes and figures, by what the words around them say."""

from decimal import Decimal

import pytest

from tests.unit.tools.reading.conftest import Values
from tools.arguments import Kind


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("把C-3预算提高20%", 20),
        ("C-3 預算調降三成", -30),
        ("打七折", -30),
        ("降到七成", -30),
        ("预算调到原来的80%", -20),
        ("提高到120%", 20),
        ("C-7涨一成五", 15),
        ("翻倍", 100),
        ("double C-3", 100),
        ("涨到3倍", 200),
        ("减半", -50),
        ("砍一半", -50),
        ("cut the budget of C-3 in half", -50),
        ("halve it", -50),
        ("cut budget by 30%", -30),
        ("bump it up 15 percent", 15),
        ("C-3 -30%", -30),
        ("C-3预算+20%", 20),
        ("下调百分之二十", -20),
        ("降20个点", -20),
        ("20% off", -20),
    ],
)
def test_a_percentage_carries_its_direction(values: Values, text: str, change: int) -> None:
    assert values(Kind.percent_change, text) == [change]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("预算加五百", 500),
        ("减少300块", -300),
        ("少花50", -50),
        ("多给500", 500),
        ("給C-3每天加兩百", 200),
        ("increase by $200", 200),
        ("lower daily budget by 50", -50),
        ("C-3 +100元", 100),
    ],
)
def test_a_step_is_no_sum(values: Values, text: str, change: int) -> None:
    assert values(Kind.money_change, text) == [change]
    assert values(Kind.money, text, "daily_budget") == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("预算改成500", 500),
        ("把预算从500提高到800", 800),
        ("raise C-3 to 1000", 1000),
        ("drop it to 300", 300),
        ("预算提到一千二", 1200),
        ("加一个预算500的活动", 500),
        ("把减肥产品活动的预算设为300", 300),
        ("日预算300美元，目标ROAS 3，年龄18-35", 300),
        ("CPA控制在50以内，每天200", 200),
        ("300 a day for 7 days", 300),
    ],
)
def test_a_sum_is_no_step(values: Values, text: str, amount: int) -> None:
    assert values(Kind.money, text, "daily_budget") == [amount]
    assert values(Kind.money_change, text) == []


@pytest.mark.parametrize(
    ("text", "argument", "number"),
    [
        ("CPA大于50就加预算20%", "value", "50"),
        ("CPA大于50就加预算20%", "action_value", "20"),
        ("CPA大于50就加20%预算", "action_value", "20"),
        ("ROAS低于1.5持续3天就减预算20%", "value", "1.5"),
        ("ROI低于一点五", "value", "1.5"),
        ("when spend exceeds $1,000 in 24h notify me", "value", "1000"),
        ("increase budget by 20% when ROAS > 3 over 7 days", "value", "3"),
        ("increase budget by 20% when ROAS > 3 over 7 days", "action_value", "20"),
        ("三天没有转化就暂停", "value", "0"),
        ("80分以上的线索", "min_score", "80"),
        ("score over 70", "min_score", "70"),
        ("日预算 500，目标ROAS 3", "target_roas", "3"),
        ("ROI 2.5, 500 a day", "target_roas", "2.5"),
    ],
)
def test_a_figure_belongs_to_the_words_before_it(
    values: Values, text: str, argument: str, number: str
) -> None:
    assert values(Kind.number, text, argument) == [Decimal(number)]


def test_a_target_cost_and_a_budget_are_told_apart(values: Values) -> None:
    text = "日预算 500 目标 CPA 40"
    assert values(Kind.money, text, "target_cpa") == [40]
    assert values(Kind.money, text, "daily_budget") == [500]


@pytest.mark.parametrize(
    ("text", "days", "window"),
    [
        ("跑7天", [7], ["7d"]),
        ("两周", [14], ["14d"]),
        ("a week", [7], ["7d"]),
        ("$50 a day for 10 days", [10], ["10d"]),
        ("半个月", [15], ["15d"]),
        ("过去24小时", [], ["24h"]),
        ("past 48h", [], ["48h"]),
        ("连续三天", [3], ["3d"]),
        ("in the last 7 days", [7], ["7d"]),
        ("近7日", [7], ["7d"]),
        ("单日花费", [], ["1d"]),
        ("7", [7], []),
    ],
)
def test_lengths_of_time(values: Values, text: str, days: list[int], window: list[str]) -> None:
    assert values(Kind.days, text) == days
    assert values(Kind.window, text) == window


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("前5个", [5]),
        ("top 5", [5]),
        ("给我三个", [3]),
        ("last 10 leads", [10]),
        ("5 leads from douyin", [5]),
        ("80分以上的前5个", [5]),
        ("十条", [10]),
        ("第二个", []),
        ("近7天的线索", []),
        ("C-3", []),
    ],
)
def test_how_many_rows(values: Values, text: str, limit: list[int]) -> None:
    assert values(Kind.limit, text) == limit


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("18-35, 36到50岁", [[18, 35], [36, 50]]),
        ("25-34 and 35-44", [[25, 34], [35, 44]]),
        ("18到24、25到34", [[18, 24], [25, 34]]),
        ("十八到三十五歲", [[18, 35]]),
    ],
)
def test_age_groups_are_pairs(values: Values, text: str, groups: list[list[int]]) -> None:
    assert values(Kind.ages, text) == [groups]


@pytest.mark.parametrize("text", ["10月15-20号", "预算500-800", "10-15%", "2026-11-18", "11-15"])
def test_other_ranges_are_no_ages(values: Values, text: str) -> None:
    assert values(Kind.ages, text) == []
