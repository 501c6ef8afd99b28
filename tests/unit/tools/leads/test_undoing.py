"""Taking back what was done to one lead."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.tables.change import ChangeRecord
from storage.tables.customer import Customer
from storage.tables.lead import Activity, LeadStatus
from tests.builders.leads import SalesOffice
from tools.leads.errors import ChangedSince, LeadNotFound
from tools.leads.undoing import UNDO


async def undo(office: SalesOffice) -> str:
    """The newest change, as /undo does."""
    async with office.database.reading() as session:
        query = select(ChangeRecord).order_by(ChangeRecord.id.desc()).limit(1)
        record = (await session.scalars(query)).one()
    result = await UNDO[record.kind].run(office.context(), record)
    return result.text if hasattr(result, "text") else ""


async def test_an_update_is_taken_back_with_its_note(office: SalesOffice) -> None:
    await office.lead()
    await office.order("update_lead", lead="L-1", add_tags=["冷"])
    await office.order(
        "update_lead", lead="L-1", status="following", add_tags=["VIP"], remove_tags=["冷"],
        note="下周回电",
    )  # fmt: skip
    assert await undo(office) == "已撤销，L-1 恢复原样。"
    found = await office.order("get_lead", lead="L-1")
    assert (found.data["status"], found.data["tags"]) == ("new", ["冷"])
    assert "下周回电" not in found.text


async def test_an_update_that_was_changed_again_stays(office: SalesOffice) -> None:
    lead = await office.lead()
    await office.order("update_lead", lead="L-1", status="following")
    async with office.database.unit_of_work() as session:
        (await session.get_one(type(lead), lead.id)).status = LeadStatus.lost
    with pytest.raises(ChangedSince):
        await undo(office)


async def test_an_assignment_goes_back_to_who_had_the_lead(office: SalesOffice) -> None:
    li, han = await office.colleague("李雷"), await office.colleague("韩梅梅")
    await office.lead(assigned_to=li.id)
    await office.order("assign_lead", lead="L-1", owner="韩梅梅")
    assert (await office.look("L-1")).assigned_to == han.id
    await undo(office)
    assert (await office.look("L-1")).assigned_to == li.id


async def test_a_new_lead_goes_when_nothing_happened_to_it(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强", phone="13800138000", note="要报价")
    await undo(office)
    with pytest.raises(LeadNotFound):
        await office.look("L-1")


async def test_a_new_lead_that_did_something_stays(office: SalesOffice) -> None:
    await office.order("create_lead", name="王强", phone="13800138000")
    await office.did(await office.look("L-1"), Activity.visit)
    with pytest.raises(ChangedSince):
        await undo(office)


async def test_what_was_added_to_a_known_lead_is_taken_out(office: SalesOffice) -> None:
    await office.lead(contact_phone="+8613800138000", company="星海")
    office.clock.advance(timedelta(minutes=1))
    await office.order("create_lead", name="王强", phone="13800138000", wechat="wq", company="月海")
    await undo(office)
    lead = await office.look("L-1")
    assert (lead.contact_wechat, lead.wechat_key, lead.company) == (None, None, "星海")
    assert "月海" not in await office.says("get_lead", lead="L-1")


async def test_a_conversion_is_taken_back(office: SalesOffice) -> None:
    await office.lead(status=LeadStatus.following)
    await office.order("convert_lead", lead="L-1")
    await undo(office)
    assert (await office.look("L-1")).status is LeadStatus.following
    async with office.database.reading() as session:
        assert (await session.scalars(select(Customer))).all() == []
