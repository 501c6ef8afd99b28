"""Tokens and money are counted by person and organisation, and a used-up quota stops the asking."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import HttpUrl

from config.models import ModelSettings
from config.settings import QuotaSettings
from storage.database import Database
from storage.tables.organisation import Person
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tools.usage.errors import QuotaUsedUp
from tools.usage.service import Purse, UsageService, Used

SHANGHAI = ZoneInfo("Asia/Shanghai")
MODEL = ModelSettings(
    name="m", base_url=HttpUrl("http://127.0.0.1/v1"), model="m", input_price=Decimal(2),
    output_price=Decimal(8),
)  # fmt: skip


@dataclass(kw_only=True)
class Office:
    database: Database
    clock: FakeClock
    wang: Person
    li: Person

    def purse(self, person: Person, **quotas: int | Decimal) -> Purse:
        return Purse(
            database=self.database, organisation_id=person.organisation_id, clock=self.clock,
            zone=SHANGHAI, person_id=person.id, quotas=QuotaSettings.model_validate(quotas),
        )  # fmt: skip

    async def today(self, person: Person | None = None) -> Used:
        async with self.database.reading() as session:
            service = UsageService(session, self.wang.organisation_id, self.clock, SHANGHAI)
            return await service.today(person.id if person else None)


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> Office:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        wang = await a_person(session, organisation, name="Wang")
        li = await a_person(session, organisation, name="Li")
    return Office(database=database, clock=clock, wang=wang, li=li)


async def test_tokens_and_cost_add_up_by_person_and_for_all(office: Office) -> None:
    await office.purse(office.wang).pay(MODEL, 1_000, 500)
    await office.purse(office.li).pay(MODEL, 1_000_000, 0)
    assert await office.today(office.wang) == Used(tokens=1_500, cost=Decimal("0.006"))
    assert await office.today() == Used(tokens=1_001_500, cost=Decimal("2.006"))


async def test_a_person_who_used_up_the_day_waits_until_midnight(office: Office) -> None:
    wang = office.purse(office.wang, person_daily_tokens=1_000)
    await wang.check()
    await wang.pay(MODEL, 900, 100)
    with pytest.raises(QuotaUsedUp):
        await wang.check()
    await office.purse(office.li, person_daily_tokens=1_000).check()
    # 10:00 in Shanghai: midnight there is 14 hours away.
    office.clock.advance(timedelta(hours=13, minutes=59))
    with pytest.raises(QuotaUsedUp):
        await wang.check()
    office.clock.advance(timedelta(minutes=1))
    await wang.check()


async def test_the_organisation_has_limits_of_its_own(office: Office) -> None:
    await office.purse(office.li).pay(MODEL, 500_000, 0)
    with pytest.raises(QuotaUsedUp):
        await office.purse(office.wang, organisation_daily_tokens=500_000).check()
    with pytest.raises(QuotaUsedUp):
        await office.purse(office.wang, organisation_monthly_cost=Decimal(1)).check()
    await office.purse(office.wang, organisation_monthly_cost=Decimal("1.01")).check()


async def test_a_month_begins_anew(office: Office) -> None:
    wang = office.purse(office.wang, organisation_monthly_cost=Decimal(1))
    await wang.pay(MODEL, 1_000_000, 0)
    office.clock.advance(timedelta(days=12))
    with pytest.raises(QuotaUsedUp):
        await wang.check()
    office.clock.advance(timedelta(days=1))
    await wang.check()
