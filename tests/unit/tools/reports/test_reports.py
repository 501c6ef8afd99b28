"""The reports say what the leads and the campaigns say."""

from datetime import timedelta
from decimal import Decimal

import pytest

from config.i18n import Language
from config.i18n.money import format_money
from storage.database import Database
from storage.tables.lead import LeadStatus
from tests.builders.campaigns import Shop, a_shop
from tests.builders.leads import SalesOffice
from tests.fakes.clock import FakeClock
from tools.campaigns.service import CampaignService
from tools.periods import resolve
from tools.reports.tools import SPECS
from tools.reports.wording import change
from tools.result import ToolResult

DAY = timedelta(days=1)


class Office:
    """A shop with a campaign of 20 days, and ten leads of the last ten days."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sales = SalesOffice(
            database=shop.database, organisation=shop.organisation, manager=shop.manager,
            clock=shop.clock,
        )  # fmt: skip

    async def fill(self) -> None:
        await self.shop.running_campaign(history=20)
        statuses = [LeadStatus.new] * 5 + [LeadStatus.following] * 3 + [LeadStatus.converted] * 2
        for number, status in enumerate(statuses):
            await self.sales.lead(f"L{number}", ago=number * DAY, status=status)

    async def report(self, name: str, **arguments: str) -> ToolResult:
        spec = next(spec for spec in SPECS if spec.name == name)
        assert spec.run is not None
        context = self.shop.context(language=Language.en)
        return await spec.run(context, spec.arguments(**arguments))


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> Office:
    return Office(await a_shop(database, clock))


async def test_the_overview_counts_leads_and_money(office: Office) -> None:
    await office.fill()
    result = await office.report("overview_report", period="last_7_days")
    assert result.data["leads"] == "7"
    days = resolve("last_7_days", office.shop.context().local_now().date())
    rows = await CampaignService.of(office.shop.context()).daily_metrics(days)
    spend = sum((row.spend for row in rows), Decimal(0))
    assert result.data["spend"] == format_money(Language.en, "CNY", spend)
    assert len(result.attachments) == 1


async def test_the_overview_compares_with_the_period_before(office: Office) -> None:
    await office.fill()
    result = await office.report("overview_report", period="2026-11-16..2026-11-18")
    assert "Leads  3 (+0%)" in result.text
    assert "11-13 to 11-15" in result.text


async def test_the_funnel_narrows(office: Office) -> None:
    await office.fill()
    result = await office.report("funnel_report", period="last_30_days")
    assert result.data == {"leads": 10, "contacted": 5, "converted": 2}
    assert "20.0%" in result.text


@pytest.mark.parametrize("metric", ["leads", "spend", "revenue", "conversions", "roas"])
async def test_every_trend_has_a_value_for_each_day(office: Office, metric: str) -> None:
    await office.fill()
    result = await office.report("trend_report", metric=metric, period="last_7_days")
    assert len(result.data) == 7
    assert any(Decimal(value) for value in result.data.values())
    (chart,) = result.attachments
    assert chart.content.startswith(b"\x89PNG")


async def test_the_trend_of_leads_is_theirs(office: Office) -> None:
    await office.fill()
    result = await office.report("trend_report", metric="leads", period="last_7_days")
    assert set(result.data.values()) == {"1.00"}


@pytest.mark.parametrize("name", ["overview_report", "funnel_report"])
async def test_without_data_it_says_so_and_draws_nothing(office: Office, name: str) -> None:
    result = await office.report(name, period="today")
    assert result.status == "ok"
    assert "no data" in result.text
    assert result.attachments == ()


async def test_messages_without_any_are_no_trend(office: Office) -> None:
    result = await office.report("trend_report", metric="messages", period="today")
    assert "no data" in result.text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [(12, 10, "+20%"), (5, 10, "-50%"), (0, 10, "-100%"), (5, 0, "—"), (None, 5, "—")],
)
def test_changes_never_divide_by_zero(now: int | None, before: int, text: str) -> None:
    assert change(now, before) == text
