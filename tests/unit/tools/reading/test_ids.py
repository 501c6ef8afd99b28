"""Ids are copied from the text, never made up."""

import pytest

from tests.unit.tools.reading.conftest import Values
from tools.arguments import Kind


@pytest.mark.parametrize(
    ("kind", "text", "ids"),
    [
        (Kind.campaign, "暂停C-3", ["C-3"]),
        (Kind.campaign, "看下c3和C 5", ["C-3", "C-5"]),
        (Kind.campaign, "活动3怎么样", ["C-3"]),
        (Kind.campaign, "3号活动停掉", ["C-3"]),
        (Kind.campaign, "三号活动停掉", ["C-3"]),
        (Kind.campaign, "活動 12 的資料", ["C-12"]),
        (Kind.campaign, "pause campaign 12", ["C-12"]),
        (Kind.campaign, "Ｃ－３", ["C-3"]),
        (Kind.lead, "把l12分给小李", ["L-12"]),
        (Kind.lead, "線索 12", ["L-12"]),
        (Kind.lead, "12号线索", ["L-12"]),
        (Kind.lead, "lead 12", ["L-12"]),
        (Kind.lead, "看看 #12", ["L-12"]),
        (Kind.lead, "看看138 0013 8000", ["13800138000"]),
        (Kind.lead, "+65 9123-4567 converted", ["+6591234567"]),
        (Kind.ad_set, "a3.1 预算", ["A-3.1"]),
        (Kind.ad_set, "广告组3.2", ["A-3.2"]),
        (Kind.ad_set, "C-3 的第一个广告组", ["A-3.1"]),
        (Kind.ad_set, "the second ad set of C-3", ["A-3.2"]),
        (Kind.test, "AB测试4的结果", ["T-4"]),
        (Kind.test, "t4", ["T-4"]),
        (Kind.rule, "停用规则2", ["R-2"]),
        (Kind.rule, "turn off R-2", ["R-2"]),
    ],
)
def test_an_id_is_read_as_people_write_it(
    values: Values, kind: Kind, text: str, ids: list[str]
) -> None:
    assert values(kind, text) == ids


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.campaign, "ABC-3"),
        (Kind.campaign, "https://x.com/c-3"),
        (Kind.campaign, "11月3号活动"),
        (Kind.campaign, "活动3天"),
        (Kind.campaign, "campaigns 3 days"),
        (Kind.campaign, "C-3.5"),
        (Kind.lead, "top 5"),
        (Kind.lead, "don't 5"),
        (Kind.lead, "L-12b"),
        (Kind.test, "a test for 7 days"),
    ],
)
def test_what_only_looks_like_an_id_is_left_alone(values: Values, kind: Kind, text: str) -> None:
    assert values(kind, text) == []


@pytest.mark.parametrize("kind", [Kind.campaign, Kind.lead, Kind.test, Kind.rule])
def test_a_bare_number_answers_which_one(values: Values, kind: Kind) -> None:
    assert values(kind, "12") == [f"{kind.value[0].upper()}-12"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("CR-1和CR-2做测试", ["CR-1", "CR-2"]),
        ("cr_101, cr_102", ["CR_101", "CR_102"]),
        ("素材 12 和 15", ["12", "15"]),
        ("creatives 101, 102 and 103", ["101", "102", "103"]),
        ("CR-1, 2 and 3", ["CR-1", "CR-2", "CR-3"]),
        ("CR-1到CR-3", ["CR-1", "CR-2", "CR-3"]),
        ("素材CR-1、CR-2，每天200，跑7天", ["CR-1", "CR-2"]),
        ("use CR-4 vs CR-5 for 7 days", ["CR-4", "CR-5"]),
        ("素材 vid_7", ["vid_7"]),
        ("12和15", ["12", "15"]),
    ],
)
def test_creatives_are_one_list_in_the_order_said(
    values: Values, text: str, ids: list[str]
) -> None:
    assert values(Kind.creatives, text) == [ids]


@pytest.mark.parametrize("text", ["C-3 的素材", "素材5个", "CR-1 200 a day", "看看素材"])
def test_other_ids_and_amounts_are_no_creatives(values: Values, text: str) -> None:
    (found,) = values(Kind.creatives, text) or [[]]
    assert set(found) <= {"CR-1"}
