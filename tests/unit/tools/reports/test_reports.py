"""The reports say what the leads and the campaigns say."""

from decimal import Decimal
from typing import Any

import pytest

from config.errors import InvalidInput
from config.i18n import Language
from config.i18n.money import format_money
from storage.database import Database
from storage.tables.lead import LeadStatus, Source
from tests.builders.campaigns import a_shop
from tests.fakes.clock import FakeClock
from tests.unit.tools.reports.office import DAY, Office

REPORTS: list[tuple[str, dict[str, Any]]] = [
    ("overview_report", {}), ("funnel_report", {}), ("channel_report", {}),
    ("trend_report", {"metric": "leads"}),
    ("trend_report", {"metric": "roas"}), ("trend_report", {"metric": "messages"}),
]  # fmt: skip


async def test_the_overview_counts_leads_and_money(office: Office) -> None:
    await office.fill()
    result = await office.report("overview_report", period="last_7_days")
    rows = await office.money("last_7_days")
    spend = sum((row.spend for row in rows), Decimal(0))
    revenue = sum((row.revenue for row in rows), Decimal(0))
    assert result.data["leads"] == "7"
    assert result.data["spend"] == format_money(Language.en, "CNY", spend)
    assert result.data["revenue"] == format_money(Language.en, "CNY", revenue)
    assert result.data["roas"] == f"{revenue / spend:.2f}"
    assert result.data["active_campaigns"] == 1
    assert len(result.attachments) == 1


async def test_the_overview_begins_with_a_sentence(office: Office) -> None:
    await office.fill()
    result = await office.report("overview_report", period="last_7_days")
    first = result.text.splitlines()[0]
    assert first.startswith("Last 7 days: 7 new leads, up 133% on the 7 days before; spend CN¥")


async def test_the_overview_speaks_chinese(office: Office) -> None:
    await office.fill()
    result = await office.report("overview_report", language=Language.zh_cn, period="last_7_days")
    assert result.text.startswith("近 7 天新增线索 7 条，比前 7 天上升 133%；花费 ¥")


async def test_the_overview_compares_with_as_many_days_before(office: Office) -> None:
    await office.fill()
    result = await office.report("overview_report", period="2026-11-16..2026-11-18")
    assert "Leads  3 (steady)" in result.text
    assert "11-13 to 11-15" in result.text
    assert result.data["before"]["leads"] == "3"


async def test_customers_are_the_leads_that_converted(office: Office) -> None:
    await office.fill()
    result = await office.report("overview_report", period="last_30_days")
    assert result.data["converted"] == "2"
    assert result.data["conversion_rate"] == "20.0%"


async def test_what_cannot_be_divided_is_a_dash(office: Office) -> None:
    await office.sales.lead()
    result = await office.report("overview_report", period="today")
    assert "ROAS —" in result.text
    assert result.data["cpa"] == "—"


async def test_the_funnel_narrows(office: Office) -> None:
    await office.fill()
    result = await office.report("funnel_report", period="last_30_days")
    assert result.data == {
        "leads": 10, "contacted": 5, "converted": 2,
        "before": {"leads": 0, "contacted": 0, "converted": 0},
    }  # fmt: skip
    assert result.text.splitlines() == [
        "Last 30 days: of 10 new leads, 2 became customers, a rate of 20.0%.",
        "Most are lost between “Leads” and “Contacted”: 5 leads.",
        "· Leads  10",
        "· Contacted  5, 50.0% of all, 50.0% of the step before",
        "· Converted  2, 20.0% of all, 40.0% of the step before",
        "There were no leads to compare with in the 30 days before.",
    ]


async def test_the_funnel_compares_with_leads_that_had_more_time(office: Office) -> None:
    await office.fill()
    result = await office.report("funnel_report", period="last_7_days")
    assert result.text.splitlines()[-1] == (
        "The period before (11-05 to 11-11): 3 leads → 3 contacted → 2 converted, a rate of 66.7%. "
        "Those leads had 7 more days to convert."
    )
    assert result.data["before"] == {"leads": 3, "contacted": 3, "converted": 2}


async def test_the_overview_names_what_moved(office: Office) -> None:
    await office.fill()
    for _ in range(6):
        await office.sales.lead(source_platform=Source.baidu)
    text = (await office.report("overview_report", period="last_7_days")).text
    assert "Leads rose mainly because of Baidu: 6 more." in text


async def test_a_funnel_that_loses_nobody_does_not_say_where(office: Office) -> None:
    await office.sales.lead(status=LeadStatus.converted)
    result = await office.report("funnel_report", period="today")
    assert "100.0%" in result.text
    assert "lost" not in result.text


async def test_a_funnel_that_nobody_was_contacted_in_has_no_second_rate(office: Office) -> None:
    await office.sales.lead()
    result = await office.report("funnel_report", period="today")
    assert "Converted  0, 0.0% of all, — of the step before" in result.text


@pytest.mark.parametrize("metric", ["spend", "revenue", "conversions"])
async def test_a_trend_adds_up_what_the_platform_says(office: Office, metric: str) -> None:
    await office.fill()
    result = await office.report("trend_report", metric=metric, period="last_7_days")
    rows = await office.money("last_7_days")
    assert Decimal(result.data["total"]) == sum(getattr(row, metric) for row in rows)
    assert Decimal(result.data["total"]) == sum(map(Decimal, result.data["days"].values()))
    assert len(result.data["days"]) == 7
    (chart,) = result.attachments
    assert chart.content.startswith(b"\x89PNG")
    assert chart.name == f"{metric}-2026-11-12-2026-11-18.png"


async def test_roas_is_all_revenue_by_all_spend(office: Office) -> None:
    await office.fill()
    result = await office.report("trend_report", metric="roas", period="last_7_days")
    rows = await office.money("last_7_days")
    whole = sum(row.revenue for row in rows) / sum(row.spend for row in rows)
    assert result.data["total"] == f"{whole:.2f}"


async def test_a_day_without_spend_has_no_roas(office: Office) -> None:
    await office.fill()
    result = await office.report("trend_report", metric="roas", period="last_30_days")
    assert result.data["days"]["2026-10-20"] is None
    assert result.data["days"]["2026-11-17"] is not None


async def test_spend_without_revenue_is_a_roas_of_zero(office: Office) -> None:
    await office.shop.running_campaign(history=1)
    result = await office.report("trend_report", metric="roas", period="today")
    assert result.data["total"] == "0.00"
    assert result.text.startswith("ROAS · Today: 0.00")


@pytest.mark.parametrize(("period", "partly"), [("last_7_days", True), ("last_week", False)])
async def test_the_overview_says_when_its_last_day_is_not_over(
    office: Office, period: str, partly: bool
) -> None:
    await office.fill()
    result = await office.report("overview_report", period=period)
    assert ("today is not over yet" in result.text) is partly


async def test_a_trend_names_its_best_day(office: Office) -> None:
    await office.fill()
    await office.sales.lead(ago=2 * DAY)
    result = await office.report("trend_report", metric="leads", period="last_7_days")
    assert result.text.splitlines() == [
        "Leads · Last 7 days: 8 in all, up 167% on the 7 days before.",
        "The best day was 11-16 with 2.",
    ]


async def test_messages_are_counted_on_the_day_they_came(
    database: Database, clock: FakeClock
) -> None:
    office = Office(await a_shop(database, clock))
    for ago in (DAY, DAY, 3 * DAY):
        await office.hears(ago=ago)
    result = await office.report("trend_report", metric="messages", period="2026-11-15..2026-11-18")
    counts = [int(Decimal(value)) for value in result.data["days"].values()]
    assert counts == [1, 0, 2, 0]


async def test_reports_know_only_their_own_organisation(office: Office) -> None:
    await office.fill()
    await office.hears(ago=DAY)
    other = Office(await a_shop(office.shop.database, office.shop.clock, slug="other"))
    for name, arguments in REPORTS:
        result = await other.report(name, period="last_7_days", **arguments)
        assert "no data" in result.text


@pytest.mark.parametrize(("name", "arguments"), REPORTS)
async def test_without_data_it_says_so_and_draws_nothing(
    office: Office, name: str, arguments: dict[str, Any]
) -> None:
    result = await office.report(name, period="today", **arguments)
    assert result.status == "ok"
    assert result.text == "Today: there is no data yet. Try another period?"
    assert result.attachments == ()


async def test_days_that_are_still_ahead_are_left_out(office: Office) -> None:
    await office.fill()
    result = await office.report("trend_report", metric="leads", period="2026-11-17..2026-11-30")
    assert list(result.data["days"]) == ["2026-11-17", "2026-11-18"]


@pytest.mark.parametrize(
    ("period", "key"),
    [
        ("2026-11-19..2026-11-20", "reports.ahead"),
        ("9999-12-31..9999-12-31", "reports.ahead"),
        ("0001-01-01..2026-11-18", "reports.too_far"),
    ],
)
async def test_days_that_no_report_reaches_are_refused(
    office: Office, period: str, key: str
) -> None:
    with pytest.raises(InvalidInput, match=key):
        await office.report("overview_report", period=period)
