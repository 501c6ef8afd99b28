"""update_lead: what changed, and what was so already."""

from datetime import timedelta

import pytest

from config.i18n import Language
from storage.tables.lead import LeadStatus
from tests.builders.leads import SalesOffice, a_sales_office
from tools.leads.errors import BadTag, LeadNotFound


async def test_the_answer_says_what_changed_from_what_to_what(office: SalesOffice) -> None:
    await office.lead()
    await office.order("update_lead", lead="L-1", add_tags=["冷"])
    text = await office.says(
        "update_lead", lead="L-1", status="following", add_tags=["VIP", "雅思"],
        remove_tags=["冷"], note="下周回电",
    )  # fmt: skip
    assert text == ("L-1 王强：状态 新线索 → 跟进中，加上标签 VIP、雅思，去掉标签 冷，备注已写上。")
    assert (await office.look("L-1")).status is LeadStatus.following
    result = await office.order("get_lead", lead="L-1")
    assert result.data["tags"] == ["VIP", "雅思"]


async def test_what_was_so_already_is_said_too(office: SalesOffice) -> None:
    await office.lead(status=LeadStatus.lost)
    await office.order("update_lead", lead="L-1", add_tags=["VIP"])
    text = await office.says(
        "update_lead", lead="L-1", status="lost", add_tags=["vip", "雅思"], remove_tags=["冷"]
    )
    assert text.splitlines() == [
        "L-1 王强：加上标签 雅思。",
        "状态本来就是已流失。",
        "标签 VIP 本来就有。",
        "本来就没有标签 冷。",
    ]


async def test_nothing_changed_says_so_and_leaves_the_time_alone(office: SalesOffice) -> None:
    before = await office.lead()
    office.clock.advance(timedelta(hours=1))
    text = await office.says("update_lead", lead="L-1", status="new")
    assert text.splitlines() == ["L-1 王强 没有改动。", "状态本来就是新线索。"]
    assert (await office.look("L-1")).updated_at == before.updated_at
    await office.order("update_lead", lead="L-1", status="lost")
    assert (await office.look("L-1")).updated_at == office.clock.now()


async def test_tags_are_trimmed_and_kept_once(office: SalesOffice) -> None:
    await office.lead()
    result = await office.order("update_lead", lead="L-1", add_tags=[" #VIP ", "vip", "  "])
    assert "加上标签 vip。" in result.text
    assert (await office.order("get_lead", lead="L-1")).data["tags"] == ["vip"]


async def test_a_tag_as_long_as_a_note_is_refused(office: SalesOffice) -> None:
    await office.lead()
    with pytest.raises(BadTag):
        await office.order("update_lead", lead="L-1", status="lost", add_tags=["长" * 61])
    assert (await office.look("L-1")).status is LeadStatus.new


async def test_the_same_order_again_writes_its_note_once(office: SalesOffice) -> None:
    await office.lead()
    context = office.context()
    for _ in range(2):
        await office.order("update_lead", context=context, lead="L-1", note="下周回电")
    assert (await office.says("get_lead", lead="L-1")).count("下周回电") == 1


async def test_an_unknown_lead_is_not_updated(office: SalesOffice) -> None:
    with pytest.raises(LeadNotFound):
        await office.order("update_lead", lead="L-1", status="lost")


async def test_a_lead_of_another_organisation_is_out_of_reach(office: SalesOffice) -> None:
    await office.lead()
    other = await a_sales_office(office.database, office.clock, slug="other")
    await other.lead("李静")
    await other.order("update_lead", lead="L-1", status="lost", add_tags=["冷"], note="不买了")
    assert (await office.look("L-1")).status is LeadStatus.new
    shown = await office.order("get_lead", lead="L-1")
    assert shown.data["tags"] == []
    assert "不买了" not in shown.text


async def test_the_answer_comes_in_the_language_of_the_asker(office: SalesOffice) -> None:
    await office.lead("Tom Green")
    english = office.context(language=Language.en)
    result = await office.order(
        "update_lead", context=english, lead="L-1", status="following", add_tags=["VIP", "IELTS"],
        remove_tags=["cold"], note="Call back on Monday",
    )  # fmt: skip
    assert result.text == (
        "L-1 Tom Green: status new → following up; tagged VIP, IELTS; note saved.\n"
        "It had no tag cold."
    )
