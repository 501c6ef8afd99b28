"""lead_stats: one clear sentence, then the table."""

from datetime import UTC, datetime, timedelta

import pytest

from config.i18n import Language
from storage.tables.lead import LeadStatus, Source
from tests.builders.leads import SalesOffice, a_sales_office
from tools.leads.service import LeadService
from tools.periods import resolve

DAY = timedelta(days=1)


async def test_a_day_is_compared_with_the_day_before(office: SalesOffice) -> None:
    await office.lead(source_platform=Source.douyin, status=LeadStatus.converted)
    await office.lead(source_platform=Source.douyin)
    await office.lead(source_platform=Source.wechat)
    await office.lead(ago=DAY)
    await office.lead(ago=DAY)
    await office.lead(ago=2 * DAY)
    result = await office.order("lead_stats", period="today")
    assert result.text == (
        "今天共 3 条新线索，比前一天（2 条）多 1 条（+50%）；其中已转化 1 条，转化率 33.3%。\n"
        "来源：抖音 2、微信 1"
    )
    assert (result.data["total"], result.data["previous"], result.data["converted"]) == (3, 2, 1)


async def test_groups_are_a_table_with_the_largest_first(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    for source in (Source.wechat, Source.douyin, Source.douyin, Source.imported):
        await office.lead(source_platform=source)
    await office.order("assign_lead", lead="L-1", owner="李雷")
    text = await office.says("lead_stats", period="today", group_by="source")
    assert text.splitlines()[1] == "· 抖音 2 条（50%）"
    by_owner = await office.order("lead_stats", period="today", group_by="owner")
    assert by_owner.data["groups"] == [
        {"key": None, "name": "公海池", "count": 3},
        {"key": li.id, "name": "李雷", "count": 1},
    ]
    by_status = await office.order("lead_stats", period="today", group_by="status")
    assert by_status.data["groups"] == [{"key": "new", "name": "新线索", "count": 4}]


async def test_days_stand_in_order_with_those_without_leads(office: SalesOffice) -> None:
    await office.lead(ago=2 * DAY)
    await office.lead()
    result = await office.order("lead_stats", period="2026-11-16..2026-11-18", group_by="day")
    assert result.text.startswith("2026年11月16日到2026年11月18日共 2 条新线索")
    assert [(row["key"], row["count"]) for row in result.data["groups"]] == [
        ("2026-11-16", 1), ("2026-11-17", 0), ("2026-11-18", 1),
    ]  # fmt: skip


async def test_fewer_equal_and_none_are_worded(office: SalesOffice) -> None:
    await office.lead(ago=DAY)
    assert (
        await office.says("lead_stats", period="today")
        == "今天还没有新线索，比前一天（1 条）少 1 条（-100%）。"
    )
    assert "前一天没有线索" in await office.says("lead_stats", period="yesterday")
    await office.lead()
    assert "和前一天一样多" in await office.says("lead_stats", period="today")
    assert "再往前 7 天没有线索" in await office.says("lead_stats", period="last_7_days")


async def test_the_answer_comes_in_the_language_of_the_asker(office: SalesOffice) -> None:
    await office.lead(ago=DAY)
    await office.lead(ago=DAY)
    await office.lead()
    english = office.context(language=Language.en)
    result = await office.order("lead_stats", context=english, period="today")
    assert result.text == (
        "Today: 1 new lead, 1 fewer than the day before (2, -50%); 0 converted so far, "
        "a rate of 0.0%.\nSources: Douyin 1"
    )


async def test_other_domains_count_through_the_service(office: SalesOffice) -> None:
    await office.lead(status=LeadStatus.converted)
    await office.lead(ago=DAY, source_platform=Source.baidu)
    context = office.context()
    days = resolve("last_7_days", context.local_now().date())
    async with office.database.reading() as session:
        service = LeadService.of(session, context)
        zone = context.timezone
        assert await service.count(days, zone) == 2
        assert await service.count(days, zone, status="converted") == 1
        assert await service.by_source(days, zone) == {Source.douyin: 1, Source.baidu: 1}
        assert (await service.by_status(days, zone))[LeadStatus.converted] == 1
        assert (await service.by_day(days, zone))[days.end] == 1
        assert [lead.ref for lead in await service.every(days, zone)] == ["L-1", "L-2"]


@pytest.mark.parametrize(
    ("came", "day"),
    [
        (datetime(2026, 11, 16, 15, 59, 59, tzinfo=UTC), "2026-11-16"),
        (datetime(2026, 11, 16, 16, 0, tzinfo=UTC), "2026-11-17"),
        (datetime(2026, 11, 17, 15, 59, 59, tzinfo=UTC), "2026-11-17"),
        (datetime(2026, 11, 17, 16, 0, tzinfo=UTC), "2026-11-18"),
    ],
    ids=["23:59 of the 16th", "00:00 of the 17th", "23:59 of the 17th", "00:00 of the 18th"],
)
async def test_a_day_is_a_day_in_shanghai(office: SalesOffice, came: datetime, day: str) -> None:
    await office.lead(created_at=came)
    days = "2026-11-16..2026-11-18"
    per_day = await office.order("lead_stats", period=days, group_by="day")
    assert [row["key"] for row in per_day.data["groups"] if row["count"]] == [day]
    for alone in ("2026-11-16", "2026-11-17", "2026-11-18"):
        result = await office.order("lead_stats", period=f"{alone}..{alone}")
        assert result.data["total"] == int(alone == day)


async def test_a_week_is_compared_with_as_many_days_before_it(office: SalesOffice) -> None:
    for ago in (0, 2, 3, 5, 5, 6):
        await office.lead(ago=ago * DAY)
    result = await office.order("lead_stats", period="this_week")
    assert (result.data["start"], result.data["end"]) == ("2026-11-16", "2026-11-18")
    assert (result.data["total"], result.data["previous"]) == (2, 3)
    assert "比再往前 3 天（3 条）少 1 条（-33%）" in result.text


async def test_leads_of_another_organisation_are_not_counted(office: SalesOffice) -> None:
    await office.lead()
    await office.lead(ago=DAY)
    other = await a_sales_office(office.database, office.clock, slug="other")
    result = await other.order("lead_stats", period="today")
    assert (result.data["total"], result.data["previous"], result.data["groups"]) == (0, 0, [])
