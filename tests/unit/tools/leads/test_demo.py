"""The demo's leads: enough of everything, the same every time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from storage.tables.lead import Lead, LeadStatus
from tests.builders.leads import SalesOffice, a_sales_office
from tests.fakes.clock import FakeClock
from tools.leads.assignment import HIGH_SCORE
from tools.leads.contacts import normal_email, normal_phone
from tools.leads.demo import seed
from tools.leads.service import LeadService
from tools.periods import resolve

FIRST_MINUTE = datetime(2026, 11, 17, 16, 1, tzinfo=UTC)


async def _seed(office: SalesOffice) -> None:
    sales = [await office.colleague(name) for name in ("李雷", "韩梅梅")]
    async with office.database.unit_of_work() as session:
        await seed(session, office.organisation.id, sales, office.clock.now())


async def _seeded(office: SalesOffice) -> Sequence[Lead]:
    """All that came within 45 days."""
    await _seed(office)
    context = office.context()
    days = resolve("2026-10-04..2026-11-18", context.local_now().date())
    async with office.database.reading() as session:
        return await LeadService.of(session, context).every(days, context.timezone)


async def _list(office: SalesOffice) -> str:
    return await office.says("search_leads", limit=100)


@pytest.mark.parametrize("minute", [FIRST_MINUTE, FIRST_MINUTE + timedelta(hours=23)])
async def test_some_leads_came_today_and_yesterday_at_any_hour(
    office: SalesOffice, minute: datetime
) -> None:
    office = await a_sales_office(office.database, FakeClock(minute), slug="demo")
    await _seed(office)
    today = await office.order("lead_stats", period="today")
    assert today.data["previous"] >= 3
    assert today.data["groups"][0]["key"] == "douyin"
    assert today.data["groups"][0]["count"] >= 3


async def test_there_are_sixty_within_forty_five_days_and_none_from_tomorrow(
    office: SalesOffice,
) -> None:
    leads = await _seeded(office)
    assert len(leads) == await office.all() == 60
    assert max(lead.created_at for lead in leads) <= office.clock.now()
    assert max(lead.updated_at for lead in leads) <= office.clock.now()


async def test_scores_go_from_nothing_to_nearly_sold_and_sales_own_the_high_ones(
    office: SalesOffice,
) -> None:
    leads = await _seeded(office)
    assert {min(lead.score for lead in leads), max(lead.score for lead in leads)} == {0, 95}
    assert len({lead.score for lead in leads}) > 10
    assert all((lead.assigned_to is not None) == (lead.score >= HIGH_SCORE) for lead in leads)
    assert len({lead.assigned_to for lead in leads}) == 3


async def test_the_older_leads_are_the_ones_that_are_decided(office: SalesOffice) -> None:
    leads = await _seeded(office)
    assert {lead.status for lead in leads} == set(LeadStatus)
    done = [lead.status in {LeadStatus.converted, LeadStatus.lost} for lead in leads]
    assert sum(done[:30]) > 2 * sum(done[30:])


async def test_the_lead_of_the_help_texts_has_a_story(office: SalesOffice) -> None:
    leads = await _seeded(office)
    lead = next(lead for lead in leads if lead.ref == "L-12")
    assert lead.score >= 90
    assert lead.company
    assert lead.contact_phone
    assert lead.status is LeadStatus.following
    shown = await office.order("get_lead", lead="L-12")
    assert len(shown.data["tags"]) == 3
    _, notes = shown.text.split("备注：\n")
    assert len(notes.splitlines()) == 2


async def test_the_contacts_are_well_formed_and_all_different(office: SalesOffice) -> None:
    leads = await _seeded(office)
    phones = [lead.contact_phone for lead in leads if lead.contact_phone]
    assert [normal_phone(phone) for phone in phones] == phones
    assert len(set(phones)) == 60
    for lead in leads:
        assert lead.contact_email is None or normal_email(lead.contact_email) == lead.contact_email


async def test_stored_scores_are_those_that_would_be_explained(office: SalesOffice) -> None:
    leads = await _seeded(office)
    async with office.database.reading() as session:
        service = LeadService.of(session, office.context())
        explained = {lead.ref: await service.score(lead) for lead in leads}
    assert {ref: (found.total, found.until) for ref, found in explained.items()} == {
        lead.ref: (lead.score, lead.score_due) for lead in leads
    }


async def test_seeding_again_changes_nothing(office: SalesOffice) -> None:
    await _seed(office)
    before = await _list(office)
    office.clock.advance(timedelta(minutes=1))
    await _seed(office)
    assert await _list(office) == before


async def test_an_organisation_that_has_leads_gets_none_of_the_demo(office: SalesOffice) -> None:
    await office.lead()
    await _seed(office)
    assert await office.all() == 1


async def test_every_organisation_gets_the_same_demo(office: SalesOffice) -> None:
    await _seed(office)
    other = await a_sales_office(office.database, office.clock, slug="other")
    await _seed(other)
    assert await _list(other) == await _list(office)
