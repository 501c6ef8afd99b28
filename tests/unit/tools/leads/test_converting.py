"""convert_lead: a customer with a first deal."""

from sqlalchemy import func, select

from storage.tables.customer import Customer, Deal
from storage.tables.lead import LeadStatus
from tests.builders.leads import SalesOffice


async def _counted(office: SalesOffice) -> tuple[int, int]:
    async with office.database.reading() as session:
        customers = await session.scalar(select(func.count(Customer.id)))
        deals = await session.scalar(select(func.count(Deal.id)))
    return customers or 0, deals or 0


async def test_a_converted_lead_is_a_customer_with_a_first_deal(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await office.lead(company="星海教育", assigned_to=li.id)
    text = await office.says("convert_lead", lead="L-1")
    assert "L-1 王强 已转为客户" in text
    assert "星海教育的首单 · 跟进中 · 李雷" in text
    assert (await office.look("L-1")).status is LeadStatus.converted
    assert await _counted(office) == (1, 1)
    assert "星海教育的首单" in await office.says("get_lead", lead="L-1")
    stats = await office.order("lead_stats", period="today")
    assert stats.data["converted"] == 1


async def test_converting_again_changes_nothing_and_says_so(office: SalesOffice) -> None:
    await office.lead()
    first = office.context()
    told = await office.order("convert_lead", context=first, lead="L-1")
    again = await office.order("convert_lead", context=first, lead="L-1")
    assert again.text == told.text
    assert "已经是客户" in await office.says("convert_lead", lead="L-1")
    assert await _counted(office) == (1, 1)


async def test_a_customer_without_leads_in_common_is_not_shown(office: SalesOffice) -> None:
    await office.lead()
    await office.lead("李娜")
    await office.order("convert_lead", lead="L-1")
    assert "首单" not in await office.says("get_lead", lead="L-2")
