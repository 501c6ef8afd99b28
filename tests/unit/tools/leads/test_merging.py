"""Doubles: found by equal contacts, merged with nothing lost, and taken apart again."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.tables.change import ChangeRecord
from storage.tables.lead import Activity, Lead, LeadEvent, LeadNote, LeadTag
from tests.builders.leads import SalesOffice, a_sales_office
from tools.leads.errors import ChangedSince
from tools.leads.grouping import groups
from tools.leads.merging import NothingToMerge, find_doubles, merge_leads
from tools.leads.undoing import undo_merge

KEYS = st.dictionaries(st.integers(1, 12), st.lists(st.sampled_from("abcdefgh"), max_size=3))


def connected(keys: dict[int, list[str]], start: int) -> set[int]:
    """Everybody who can be reached, the slow and obvious way."""
    seen, todo = set(), [start]
    while todo:
        number = todo.pop()
        if number not in seen:
            seen.add(number)
            todo += [other for other in keys if set(keys[other]) & set(keys[number])]
    return seen


@given(KEYS)
def test_groups_are_the_connected_components(keys: dict[int, list[str]]) -> None:
    wanted = {frozenset(connected(keys, number)) for number in keys}
    assert groups(keys) == sorted(sorted(each) for each in wanted if len(each) > 1)


async def everything(office: SalesOffice) -> dict[str, object]:
    """All that merging may touch, as plain values."""
    tables = (Lead, LeadNote, LeadEvent, LeadTag)
    async with office.database.reading() as session:
        return {
            table.__name__: [
                {column.name: getattr(row, column.key) for column in table.__table__.columns
                 if (table, column.name) != (LeadTag, "id")}
                for row in await session.scalars(select(table).order_by(table.id))
            ]
            for table in tables
        }  # fmt: skip


async def three(office: SalesOffice) -> None:
    await office.lead("王强", contact_phone="+8613800138000", company="星海")
    await office.lead(
        "王先生", contact_phone="+8613800138000", contact_wechat="wq", wechat_key="wq"
    )
    third = await office.lead(
        "Wang", contact_wechat="WQ", wechat_key="wq", contact_email="w@q.cn", company="星海教育"
    )
    await office.did(third, Activity.enquiry)
    await office.order("update_lead", lead="L-2", add_tags=["VIP"], note="要发票")
    await office.order("update_lead", lead="L-1", add_tags=["vip", "雅思"])


async def values(office: SalesOffice, ref: str) -> set[str]:
    """Every contact value, tag and note that a lead has."""
    lead = await office.look(ref)
    async with office.database.reading() as session:
        notes = await session.scalars(select(LeadNote.text).where(LeadNote.lead_id == lead.id))
        tags = await session.scalars(select(LeadTag.tag).where(LeadTag.lead_id == lead.id))
        fields = (
            lead.contact_name, lead.contact_phone, lead.contact_wechat, lead.contact_email,
            lead.company,
        )  # fmt: skip
        return {value.casefold() for value in (*notes, *tags, *fields) if value}


async def change(office: SalesOffice) -> ChangeRecord:
    async with office.database.reading() as session:
        query = select(ChangeRecord).where(ChangeRecord.kind == "lead.merge")
        return (await session.scalars(query.order_by(ChangeRecord.id.desc()))).first() or _none()


def _none() -> ChangeRecord:
    raise AssertionError("nothing was kept for undo")


async def test_doubles_are_listed_with_what_they_share(office: SalesOffice) -> None:
    await three(office)
    await office.lead("别人", contact_phone="+8613900139000")
    found = await find_doubles(office.context())
    assert found.groups == (("L-1", "L-2", "L-3"),)
    assert "相同：电话、微信" in found.text


async def test_merging_loses_nothing_and_hides_the_others(office: SalesOffice) -> None:
    await three(office)
    before: set[str] = set().union(*[await values(office, f"L-{n}") for n in (1, 2, 3)])
    result = await merge_leads(office.context(), ["L-1", "L-2", "L-3"])
    assert "已把 L-2、L-3 合并到 L-1 王强" in result.text
    assert await values(office, "L-1") == before
    assert await office.all() == 1
    assert (await office.look("L-3")).ref == "L-1"
    assert (await office.look("L-1")).score == 25
    assert (await find_doubles(office.context())).groups == ()


async def test_merging_again_has_nothing_to_do(office: SalesOffice) -> None:
    await three(office)
    order = office.context()
    first = await merge_leads(order, ["L-1", "L-2"])
    state = await everything(office)
    assert (await merge_leads(order, ["L-1", "L-2"])).text == first.text
    with pytest.raises(NothingToMerge):
        await merge_leads(office.context(), ["L-1", "L-2"])
    assert await everything(office) == state


async def test_undoing_a_merge_restores_everything_exactly(office: SalesOffice) -> None:
    await three(office)
    before = await everything(office)
    office.clock.advance(timedelta(minutes=5))
    await merge_leads(office.context(), ["L-2", "L-1", "L-3"])
    assert await everything(office) != before
    await undo_merge(office.context(), await change(office))
    assert await everything(office) == before


async def test_a_lead_that_changed_since_is_not_taken_apart(office: SalesOffice) -> None:
    await three(office)
    await merge_leads(office.context(), ["L-1", "L-2"])
    office.clock.advance(timedelta(minutes=5))
    await office.order("update_lead", lead="L-1", note="刚打过电话")
    with pytest.raises(ChangedSince):
        await undo_merge(office.context(), await change(office))


async def test_any_order_of_merging_keeps_the_same_values(office: SalesOffice) -> None:
    found = []
    orders: Iterable[tuple[str, ...]] = permutations(("L-1", "L-2", "L-3"))
    for number, refs in enumerate(orders):
        here = await a_sales_office(office.database, office.clock, slug=f"order{number}")
        await three(here)
        await merge_leads(here.context(), refs[:2])
        await merge_leads(here.context(), (refs[2], refs[0]))
        found.append(await values(here, refs[2]))
    assert all(each == found[0] for each in found)
