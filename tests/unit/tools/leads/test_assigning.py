"""assign_lead: as said, or by routing."""

from datetime import timedelta

import pytest

from config.i18n import Language
from config.roles import Role
from storage.tables.lead import Activity, LeadStatus, Trait
from tests.builders.leads import SalesOffice, a_sales_office
from tools.leads.assignment import HIGH_SCORE
from tools.leads.errors import LeadNotFound, NotStaff
from tools.people.errors import PersonAmbiguous


async def _owner(office: SalesOffice) -> int | None:
    return (await office.look("L-1")).assigned_to


@pytest.mark.parametrize(
    "said", ["李雷", "小李", "老李", "李经理", "李經理", "@李雷", "雷", "李哥"]
)
async def test_colleagues_are_called_as_people_call_them(office: SalesOffice, said: str) -> None:
    li = await office.colleague("李雷")
    await office.colleague("韩梅梅")
    await office.lead()
    assert await office.says("assign_lead", lead="L-1", owner=said) == "L-1 王强 已分给李雷。"
    assert await _owner(office) == li.id


async def test_an_english_name_may_be_said_in_part_and_in_any_case(office: SalesOffice) -> None:
    anna = await office.colleague("Anna Smith")
    await office.lead()
    await office.order("assign_lead", lead="L-1", owner="anna")
    assert await _owner(office) == anna.id


async def test_a_colleague_may_be_called_by_number(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await office.lead()
    await office.order("assign_lead", lead="L-1", owner=f"#{li.id}")
    assert await _owner(office) == li.id


async def test_me_is_the_person_who_asks(office: SalesOffice) -> None:
    await office.lead()
    await office.order("assign_lead", lead="L-1", owner="我")
    assert await _owner(office) == office.manager.id


async def test_a_full_name_beats_a_longer_one(office: SalesOffice) -> None:
    await office.colleague("李雷雷")
    li = await office.colleague("李雷")
    await office.lead()
    await office.order("assign_lead", lead="L-1", owner="李雷")
    assert await _owner(office) == li.id


async def test_two_people_who_may_be_meant_are_both_named(office: SalesOffice) -> None:
    lei = await office.colleague("李雷")
    na = await office.colleague("李娜")
    await office.lead()
    with pytest.raises(PersonAmbiguous) as caught:
        await office.order("assign_lead", lead="L-1", owner="小李")
    names = caught.value.values["names"]
    assert f"李雷 #{lei.id}" in names
    assert f"李娜 #{na.id}" in names
    assert await _owner(office) is None


@pytest.mark.parametrize("said", ["小赵", "访客", "#999", "@"])
async def test_somebody_who_is_not_staff_gets_nothing(office: SalesOffice, said: str) -> None:
    await office.colleague("访客", Role.customer)
    await office.colleague("李雷")
    await office.lead()
    with pytest.raises(NotStaff) as caught:
        await office.order("assign_lead", lead="L-1", owner=said)
    assert caught.value.values == {"name": said, "staff": "陈总 · 李雷"}


async def test_assigning_again_changes_nothing_and_says_so(office: SalesOffice) -> None:
    await office.colleague("李雷")
    await office.lead()
    await office.order("assign_lead", lead="L-1", owner="李雷")
    changed = (await office.look("L-1")).updated_at
    office.clock.advance(timedelta(hours=1))
    assert "本来就由李雷负责" in await office.says("assign_lead", lead="L-1", owner="李雷")
    assert (await office.look("L-1")).updated_at == changed


async def test_a_lead_can_be_put_back_into_the_pool(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await office.lead(assigned_to=li.id)
    assert "已放回公海池" in await office.says("assign_lead", lead="L-1", owner="公海池")
    assert await _owner(office) is None
    assert "本来就在公海池" in await office.says("assign_lead", lead="L-1", owner="pool")


async def test_a_high_score_goes_to_whoever_has_the_fewest_open_leads(office: SalesOffice) -> None:
    busy = await office.colleague("李雷")
    free = await office.colleague("韩梅梅")
    await office.lead(score=HIGH_SCORE)
    await office.lead(assigned_to=busy.id)
    for status in (LeadStatus.converted, LeadStatus.lost):
        await office.lead(assigned_to=free.id, status=status)
    text = await office.says("assign_lead", lead="L-1")
    assert "已分给韩梅梅" in text
    assert "在跟的线索最少" in text
    assert await _owner(office) == free.id


async def test_among_equally_busy_people_the_first_one_gets_it(office: SalesOffice) -> None:
    first = await office.colleague("李雷")
    await office.colleague("韩梅梅")
    await office.lead(score=HIGH_SCORE)
    await office.order("assign_lead", lead="L-1")
    assert await _owner(office) == first.id


async def test_without_sales_people_a_manager_gets_it(office: SalesOffice) -> None:
    await office.lead(score=HIGH_SCORE)
    await office.order("assign_lead", lead="L-1")
    assert await _owner(office) == office.manager.id


async def test_a_low_score_goes_to_the_pool_and_says_why(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await office.lead(score=HIGH_SCORE - 1, assigned_to=li.id)
    text = "L-1 王强 先放在公海池培育：现在 59 分，到 60 分再分给销售。"
    assert await office.says("assign_lead", lead="L-1") == text
    assert await _owner(office) is None
    assert await office.says("assign_lead", lead="L-1") == text


async def test_routing_goes_by_the_score_as_it_is_today(office: SalesOffice) -> None:
    await office.colleague("李雷")
    lead = await office.lead()
    await office.is_known_as(lead, *Trait)
    await office.did(lead, Activity.event)
    office.clock.advance(timedelta(days=8))
    assert "现在 50 分" in await office.says("assign_lead", lead="L-1")
    assert await _owner(office) is None


async def test_organisations_share_neither_leads_nor_colleagues(office: SalesOffice) -> None:
    await office.lead()
    other = await a_sales_office(office.database, office.clock, slug="other")
    stranger = await other.colleague("李雷")
    for said in ("李雷", f"#{stranger.id}"):
        with pytest.raises(NotStaff):
            await office.order("assign_lead", lead="L-1", owner=said)
    with pytest.raises(LeadNotFound):
        await other.order("assign_lead", lead="L-1", owner="李雷")
    assert await _owner(office) is None


async def test_leads_that_are_being_followed_count_as_load(office: SalesOffice) -> None:
    busy = await office.colleague("李雷")
    free = await office.colleague("韩梅梅")
    await office.lead(score=HIGH_SCORE)
    for _ in range(2):
        await office.lead(assigned_to=busy.id, status=LeadStatus.following)
    await office.lead(assigned_to=free.id)
    await office.order("assign_lead", lead="L-1")
    assert await _owner(office) == free.id


async def test_the_answer_comes_in_the_language_of_the_asker(office: SalesOffice) -> None:
    await office.colleague("Anna Smith")
    await office.lead("Tom Green", score=HIGH_SCORE)
    english = office.context(language=Language.en)
    routed = await office.order("assign_lead", context=english, lead="L-1")
    assert routed.text == (
        "L-1 Tom Green is now with Anna Smith: 60 points is a high score, "
        "and Anna Smith has the fewest open leads."
    )
    back = await office.order("assign_lead", context=english, lead="L-1", owner="the pool")
    assert back.text == "L-1 Tom Green is back in the pool."
