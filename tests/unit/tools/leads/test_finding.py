"""search_leads and get_lead."""

from datetime import timedelta
from typing import Any

import pytest

from config.i18n import Language
from storage.tables.lead import Activity, LeadStatus, Source
from tests.builders.leads import SalesOffice, a_sales_office
from tools.leads.errors import LeadNotFound

DAY = timedelta(days=1)


async def _found(office: SalesOffice, **arguments: Any) -> tuple[str, ...]:
    return (await office.order("search_leads", **arguments)).shown


async def test_a_list_is_numbered_and_its_ids_stand_in_the_same_order(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await office.lead("张伟", source_platform=Source.wechat, score=30)
    await office.lead(
        "王强", score=82, status=LeadStatus.following, assigned_to=li.id,
        contact_phone="+8613800130000", company="晨光外贸",
    )  # fmt: skip
    result = await office.order("search_leads")
    assert result.text == (
        "找到 2 条线索：\n"
        "1. L-2 王强 · 抖音 · 82分 · 跟进中 · 李雷 · 晨光外贸 · 138****0000\n"
        "2. L-1 张伟 · 微信 · 30分 · 新线索 · 公海池"
    )
    assert result.shown == ("L-2", "L-1")
    assert result.data["total"] == 2
    assert [row["id"] for row in result.data["leads"]] == ["L-2", "L-1"]
    assert "13800130000" not in f"{result.data}"


async def test_among_equal_scores_the_newest_is_first(office: SalesOffice) -> None:
    await office.lead(ago=DAY)
    await office.lead(ago=2 * DAY)
    await office.lead(ago=timedelta(hours=1), score=1)
    assert await _found(office) == ("L-3", "L-1", "L-2")


async def test_every_filter_narrows(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await office.lead(score=80, status=LeadStatus.following, assigned_to=li.id)
    await office.lead(score=79, source_platform=Source.imported, ago=DAY)
    assert await _found(office, status="following") == ("L-1",)
    assert await _found(office, source="import") == ("L-2",)
    assert await _found(office, min_score="79.5") == ("L-1",)
    assert await _found(office, owner="小李") == ("L-1",)
    assert await _found(office, owner="公海") == ("L-2",)
    assert await _found(office, period="yesterday") == ("L-2",)
    assert await _found(office, period="today", source="douyin") == ("L-1",)
    assert await _found(office, min_score="99999999999999") == ()


async def test_days_are_those_of_the_organisation(office: SalesOffice) -> None:
    await office.lead("昨晚", ago=timedelta(hours=10, seconds=1))
    await office.lead("零点", ago=timedelta(hours=10))
    assert await _found(office, period="today") == ("L-2",)
    assert await _found(office, period="yesterday") == ("L-1",)


@pytest.mark.parametrize(
    "text",
    [
        "王",
        "晨光",
        "138 0013",
        "+86 138-0013-8000",
        "WANG_88",
        "Example.com",
        "想试听",
        "vip",
        "外贸",
    ],
)
async def test_text_is_looked_for_in_everything_known(office: SalesOffice, text: str) -> None:
    await office.order(
        "create_lead", name="王强", phone="13800138000", wechat="wang_88", note="想试听",
        email="w@example.com", company="晨光",
    )  # fmt: skip
    await office.order("update_lead", lead="L-1", add_tags=["VIP", "外贸"])
    await office.lead("李静", contact_phone="+8613900139000")
    assert await _found(office, text=text) == ("L-1",)


@pytest.mark.parametrize("text", ["%", "_", "wang%8", "\\"])
async def test_signs_of_the_database_are_just_characters(office: SalesOffice, text: str) -> None:
    await office.lead("王强", contact_wechat="wang88", contact_phone="+8613800138000")
    assert await _found(office, text=text) == ()


@pytest.mark.parametrize("text", ["100%", "a_b", "a\\b"])
async def test_a_sign_of_the_database_is_found_where_it_stands(
    office: SalesOffice, text: str
) -> None:
    await office.lead(company=f"x{text}y")
    await office.lead(company="x100 a-b a/b y")
    assert await _found(office, text=text) == ("L-1",)


async def test_more_than_the_limit_is_counted_and_said(office: SalesOffice) -> None:
    for score in (1, 2, 3):
        await office.lead(score=score)
    result = await office.order("search_leads", limit=2)
    assert result.text.startswith("共 3 条线索，先列出前 2 条：")
    assert result.shown == ("L-3", "L-2")


async def test_nothing_found_says_what_was_looked_for(office: SalesOffice) -> None:
    assert "还没有线索" in await office.says("search_leads")
    await office.lead()
    text = await office.says(
        "search_leads", text="李", source="baidu", status="lost", min_score=80, owner="陈总",
        period="today",
    )  # fmt: skip
    assert "（提到“李” · 百度 · 已流失 · 80 分以上 · 陈总 · 今天）" in text


async def test_scores_follow_the_clock_when_they_are_read(office: SalesOffice) -> None:
    lead = await office.lead()
    await office.did(lead, Activity.visit)
    assert "15分" in await office.says("get_lead", lead="L-1")
    office.clock.advance(7 * DAY)
    assert "5分" in (await office.says("get_lead", lead="L-1")).splitlines()[0].split(" · ")
    assert await _found(office, min_score=6) == ()
    office.clock.advance(83 * DAY)
    assert "0分" in (await office.says("search_leads")).split(" · ")


async def test_one_lead_is_shown_in_full(office: SalesOffice) -> None:
    await office.lead("李静", region="上海", industry="教育", contact_phone="+8613800138000",
                      contact_wechat="lj", source_channel="直播间")  # fmt: skip
    await office.did(await office.look("L-1"), Activity.enquiry, ago=DAY)
    await office.order("update_lead", lead="L-1", add_tags=["雅思", "高意向"], note="下周回电")
    assert await office.says("get_lead", lead="l-1") == (
        "L-1 李静 · 抖音 · 25分 · 新线索 · 公海池\n"
        "13800138000 · 微信 lj\n"
        "教育 · 上海\n"
        "直播间\n"
        "标签：雅思、高意向\n"
        "进线时间：2026-11-18 10:00\n"
        "近期动态：11-17 咨询\n"
        "备注：\n"
        "· 11-18 · 陈总 · 下周回电"
    )


@pytest.mark.parametrize(
    "ref", ["L-1", "l-1", "L1", "1", " L-1 ", "13800138000", "+86 138 0013 8000", "138-0013-8000"]
)
async def test_a_lead_answers_to_its_id_and_its_phone(office: SalesOffice, ref: str) -> None:
    await office.lead(contact_phone="+8613800138000")
    assert (await office.order("get_lead", lead=ref)).shown == ("L-1",)


@pytest.mark.parametrize("ref", ["L-99", "99", "L-99999999999", "13900139000", "王强"])
async def test_an_unknown_lead_is_named_with_a_hint(office: SalesOffice, ref: str) -> None:
    await office.lead("李静")
    with pytest.raises(LeadNotFound) as caught:
        await office.order("get_lead", lead=ref)
    assert caught.value.key == "leads.not_found"
    assert caught.value.values == {"ref": ref, "latest": "L-1"}


async def test_leads_of_another_organisation_do_not_exist(office: SalesOffice) -> None:
    await office.lead(contact_phone="+8613800138000")
    other = await a_sales_office(office.database, office.clock, slug="other")
    assert await _found(other) == ()
    with pytest.raises(LeadNotFound) as caught:
        await other.order("get_lead", lead="13800138000")
    assert caught.value.key == "leads.not_found_none_yet"


async def test_answers_come_in_the_language_of_the_asker(office: SalesOffice) -> None:
    await office.lead("Tom Green", source_platform=Source.xiaohongshu)
    english = office.context(language=Language.en)
    result = await office.order("search_leads", context=english, source="xiaohongshu")
    assert (
        result.text
        == "1 lead (Xiaohongshu):\n1. L-1 Tom Green · Xiaohongshu · score 0 · new · pool"
    )


async def test_one_lead_is_shown_in_the_language_of_the_asker(office: SalesOffice) -> None:
    await office.lead("Tom Green", contact_phone="+14155550132", contact_wechat="tomgreen")
    await office.did(await office.look("L-1"), Activity.reply)
    await office.order("update_lead", lead="L-1", add_tags=["IELTS"], note="Call back")
    english = office.context(language=Language.en)
    assert (await office.order("get_lead", context=english, lead="L-1")).text == (
        "L-1 Tom Green · Douyin · score 20 · new · pool\n"
        "+14155550132 · WeChat tomgreen\n"
        "Tags: IELTS\n"
        "Came in: 2026-11-18 10:00\n"
        "Lately: 11-18 reply\n"
        "Notes:\n"
        "· 11-18 · 陈总 · Call back"
    )
