"""create_lead: a contact is kept once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from config.i18n import Language
from storage.tables.lead import Source
from tests.builders.leads import SalesOffice, a_sales_office
from tools.leads.errors import BadEmail, BadPhone


async def test_a_new_lead_gets_a_readable_id_and_everything_that_was_said(
    office: SalesOffice,
) -> None:
    result = await office.order(
        "create_lead", name="王强", phone="138 0013 8000", wechat=" Wang88 ",
        email="Wang@Example.com", company="晨光外贸", source="douyin", note="想试听",
    )  # fmt: skip
    assert result.text == "已新建线索 L-1 王强（抖音）。\n备注已写上。"
    assert result.shown == ("L-1",)
    lead = await office.look("L-1")
    assert (lead.contact_phone, lead.contact_wechat, lead.contact_email) == (
        "+8613800138000", "Wang88", "wang@example.com",
    )  # fmt: skip
    assert (lead.company, lead.source_platform) == ("晨光外贸", Source.douyin)
    assert lead.created_at == lead.updated_at == office.clock.now()
    assert "想试听" in await office.says("get_lead", lead="L-1")


async def test_without_a_source_it_was_entered_by_hand(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强")
    assert (await office.look("L-1")).source_platform is Source.manual


async def test_a_name_alone_is_kept_and_the_lack_of_contact_said(office: SalesOffice) -> None:
    text = await office.says("create_lead", name="王强")
    assert "L-1" in text
    assert "还没有联系方式" in text
    assert "还没有联系方式" not in await office.says("create_lead", name="李静", wechat="lijing")


async def test_namesakes_are_two_leads(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强")
    assert (await office.order("create_lead", name="王强")).shown == ("L-2",)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ({"phone": "13800138000"}, {"phone": "+86 138-0013-8000"}),
        ({"wechat": "Wang88"}, {"wechat": "wang88"}),
        ({"email": "wang@example.com"}, {"email": "WANG@example.com"}),
    ],
)
async def test_a_known_contact_does_not_become_a_second_lead(
    office: SalesOffice, first: dict[str, Any], again: dict[str, Any]
) -> None:
    await office.order("create_lead", name="王强", **first)
    text = await office.says("create_lead", name="王强", **again)
    assert text == "这个联系方式已经是 L-1 王强 的了，没有重复新建。"
    assert await office.all() == 1


async def test_what_is_new_about_a_known_lead_is_filled_in(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强", phone="13800138000")
    office.clock.advance(timedelta(hours=1))
    text = await office.says(
        "create_lead", name="王强", phone="13800138000", wechat="Wang88", company="晨光外贸"
    )
    assert "已补上：微信、公司" in text
    lead = await office.look("L-1")
    assert (lead.contact_wechat, lead.company) == ("Wang88", "晨光外贸")
    assert lead.updated_at == office.clock.now() > lead.created_at
    found = await office.order("create_lead", name="王强", wechat="wang88")
    assert found.shown == ("L-1",)


async def test_what_differs_is_kept_as_a_note_and_overwrites_nothing(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强", phone="13800138000", company="晨光外贸")
    text = await office.says("create_lead", name="王小强", phone="13800138000", company="启明科技")
    assert "没有覆盖" in text
    lead = await office.look("L-1")
    assert (lead.contact_name, lead.company) == ("王强", "晨光外贸")
    shown = await office.says("get_lead", lead="L-1")
    assert "陈总 · 另一个公司：启明科技" in shown
    assert "另一个姓名：王小强" in shown
    english = office.context(language=Language.en)
    assert (
        "another company: 启明科技"
        in (await office.order("get_lead", context=english, lead="L-1")).text
    )


async def test_a_contact_of_another_lead_is_not_moved_but_pointed_out(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强", phone="13800138000")
    await office.order("create_lead", name="强哥", wechat="wang88")
    text = await office.says("create_lead", name="王强", phone="13800138000", wechat="wang88")
    assert "L-2 也有相同的联系方式" in text
    assert (await office.look("L-1")).contact_wechat is None
    assert "另一个微信：wang88" in await office.says("get_lead", lead="L-1")


async def test_the_same_order_again_gives_the_same_lead(office: SalesOffice) -> None:
    context = office.context(order_key="inbox:7:0")
    arguments: dict[str, Any] = {"name": "王强", "note": "想试听"}
    first = await office.order("create_lead", context=context, **arguments)
    again = await office.order("create_lead", context=context, **arguments)
    assert again == first
    assert await office.all() == 1
    assert (await office.says("get_lead", lead="L-1")).count("想试听") == 1


async def test_two_orders_at_the_same_time_make_one_lead(office: SalesOffice) -> None:
    results = await asyncio.gather(
        *(office.order("create_lead", name="王强", phone="13800138000") for _ in range(4))
    )
    assert {result.shown for result in results} == {("L-1",)}
    assert await office.all() == 1


async def test_a_bad_contact_is_refused_and_nothing_is_kept(office: SalesOffice) -> None:
    with pytest.raises(BadPhone):
        await office.order("create_lead", name="王强", phone="1380013800")
    with pytest.raises(BadEmail):
        await office.order("create_lead", name="王强", email="wang@nowhere")
    assert await office.all() == 0


async def test_organisations_do_not_share_leads(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强", phone="13800138000")
    other = await a_sales_office(office.database, office.clock, slug="other")
    text = await other.says("create_lead", name="王强", phone="13800138000")
    assert "已新建线索 L-1" in text
    assert (await office.all(), await other.all()) == (1, 1)


async def test_the_answer_comes_in_the_language_of_the_asker(office: SalesOffice) -> None:
    english = office.context(language=Language.en)
    first = await office.order(
        "create_lead", context=english, name="Tom Green", phone="+1 415 555 0132", source="web"
    )
    assert first.text == "New lead L-1 Tom Green (Website) is saved."
    again = await office.order(
        "create_lead", context=office.context(language=Language.en), name="Tom Green",
        phone="+1 (415) 555-0132", email="tom@example.com",
    )  # fmt: skip
    assert again.text == (
        "These contact details belong to L-1 Tom Green already, so I did not make a second lead.\n"
        "Filled in: mail."
    )
