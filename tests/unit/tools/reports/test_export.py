"""An export holds what the database holds."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from config.i18n import Language
from config.roles import Role
from storage.audit import AuditLog
from storage.database import Database, Session
from storage.inbox import Inbox
from storage.outbox import Draft, Outbox
from storage.tables.lead import Lead, LeadStatus, Source
from storage.tables.organisation import Person
from storage.tables.work import InboxMessage
from tests.builders.campaigns import a_shop
from tests.builders.chats import a_conversation, a_place
from tests.builders.organisation import a_person
from tests.fakes.clock import FakeClock
from tests.unit.tools.reports.office import DAY, Office
from tools.reports.tools import SPECS
from tools.result import ToolResult

KINDS = ["overview", "trend", "funnel", "channel", "leads", "campaigns", "support"]
MONTH = "last_30_days"


async def export(
    office: Office, kind: str, format: str, *, period: str = MONTH,
    language: Language = Language.zh_cn,
) -> ToolResult:  # fmt: skip
    return await office.report(
        "export_report", language=language, kind=kind, period=period, format=format
    )


def content(result: ToolResult) -> bytes:
    (file,) = result.attachments
    return file.content


def table(result: ToolResult, place: int = 0) -> list[dict[str, object]]:
    """A sheet of a workbook, a row as a mapping."""
    page = load_workbook(io.BytesIO(content(result))).worksheets[place]
    header, *rows = page.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def csv_rows(result: ToolResult) -> list[dict[str, str]]:
    text = content(result).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def printed(result: ToolResult) -> str:
    pages = PdfReader(io.BytesIO(content(result))).pages
    return "".join("\n".join(page.extract_text() for page in pages).split())


async def a_full_lead(office: Office) -> Lead:
    owner = await office.sales.colleague("李雷")
    lead = await office.sales.lead(
        "=HYPERLINK(1)", ago=DAY, contact_phone="+8613800001234", contact_wechat="@wx",
        contact_email="a@example.com", company="喆堃 😀", industry="教育", region="上海",
        source_channel="直播", source_campaign="C-1", utm_source="meta", utm_medium="cpc",
        utm_campaign="秋季", utm_content="v1", raw_data={"备注": "x"}, score=82,
        status=LeadStatus.following, assigned_to=owner.id, source_platform=Source.xiaohongshu,
    )  # fmt: skip
    await office.sales.order("update_lead", lead=lead.ref, add_tags=["-高意向", "VIP"])
    return lead


async def heard(office: Office, *, ago: timedelta, answered: timedelta | None) -> None:
    """A customer wrote `ago` and was answered so much later."""
    clock, organisation = office.shop.clock, office.shop.organisation
    clock.advance(-ago)
    async with office.shop.database.unit_of_work() as session:
        customer = await _customer(session, office)
        conversation = await a_conversation(session, organisation, customer, chat="customer")
        await Inbox(organisation.id, clock).put(
            session, place=a_place("customer"), external_id=f"{next(office.sales.orders)}",
            person_id=customer.id, conversation_id=conversation, text="hi",
        )  # fmt: skip
        newest = select(InboxMessage.id).order_by(InboxMessage.id.desc()).limit(1)
        message = (await session.scalars(newest)).one()
        if answered is not None:
            clock.advance(answered)
            draft = Draft(key=f"answer:{message}", conversation_id=conversation, text="hello",
                          reply_to=message)  # fmt: skip
            await Outbox(organisation.id, clock, owner="test").queue(session, draft)
            clock.advance(-answered)
    clock.advance(ago)


async def _customer(session: Session, office: Office) -> Person:
    found = await session.scalars(select(Person).where(Person.role == Role.customer))
    return found.first() or await a_person(
        session, office.shop.organisation, name="访客", role=Role.customer
    )


async def handed_over(office: Office) -> None:
    async with office.shop.database.unit_of_work() as session:
        await AuditLog(office.shop.organisation.id, office.shop.clock).append(
            session, "tool.run", person_id=1, tool="request_human"
        )


@pytest.mark.parametrize("kind", KINDS)
async def test_without_data_there_is_a_sentence_and_no_file(office: Office, kind: str) -> None:
    result = await export(office, kind, "xlsx", period="today")
    assert (result.status, result.attachments) == ("ok", ())
    assert result.text == "今天还没有数据，换一段时间看看？"


@pytest.mark.parametrize(
    ("format", "begins", "language"),
    [
        ("xlsx", b"PK", Language.zh_cn), ("pdf", b"%PDF", Language.en),
        ("csv", b"\xef\xbb\xbf", Language.zh_tw),
    ],
)  # fmt: skip
async def test_every_kind_can_be_had_in_every_format(
    office: Office, format: str, begins: bytes, language: Language
) -> None:
    await office.fill()
    await heard(office, ago=DAY, answered=None)
    for kind in KINDS:
        result = await export(office, kind, format, language=language)
        (file,) = result.attachments
        assert file.name.endswith(f"_2026-10-20_2026-11-18.{format}")
        assert file.name in result.text
        assert file.content.startswith(begins)
        assert result.data["rows"] > 0


async def test_exports_are_the_same_on_every_database(database: Database, clock: FakeClock) -> None:
    office = Office(await a_shop(database, clock))
    await office.fill()
    await a_full_lead(office)
    await heard(office, ago=DAY, answered=timedelta(seconds=30))
    counts = [(await export(office, kind, "csv")).data["rows"] for kind in KINDS]
    assert counts == [8, 30, 3, 2, 11, 21, 30]
    (lead, *_) = csv_rows(await export(office, "leads", "csv", period="2026-11-17..2026-11-17"))
    assert (lead["负责人"], lead["标签"]) == ("李雷", "'-高意向、VIP")


async def test_a_lead_is_exported_with_everything_that_is_known(office: Office) -> None:
    await office.fill()
    lead = await a_full_lead(office)
    rows = table(await export(office, "leads", "xlsx"))
    assert len(rows) == 11
    (row,) = (row for row in rows if row["编号"] == lead.ref)
    assert row == {
        "编号": lead.ref, "姓名": "=HYPERLINK(1)", "电话": "+8613800001234", "微信": "@wx",
        "邮箱": "a@example.com", "公司": "喆堃 😀", "行业": "教育", "地区": "上海", "来源": "小红书",
        "来源渠道": "直播", "来源活动": "C-1", "utm_source": "meta", "utm_medium": "cpc",
        "utm_campaign": "秋季", "utm_content": "v1", "评分": 82, "状态": "跟进中", "负责人": "李雷",
        "标签": "-高意向、VIP", "创建时间": row["创建时间"], "更新时间": row["更新时间"],
        "原始数据": '{"备注": "x"}',
    }  # fmt: skip
    assert f"{row['创建时间']}" == "2026-11-17 10:00:00"


async def test_csv_says_the_same_and_runs_nothing(office: Office) -> None:
    lead = await a_full_lead(office)
    (row,) = csv_rows(await export(office, "leads", "csv"))
    assert row["编号"] == lead.ref
    assert (row["姓名"], row["微信"], row["标签"]) == ("'=HYPERLINK(1)", "'@wx", "'-高意向、VIP")
    assert (row["公司"], row["评分"], row["创建时间"]) == ("喆堃 😀", "82", "2026-11-17 10:00")


async def test_pdf_shows_the_main_columns(office: Office) -> None:
    await a_full_lead(office)
    text = printed(await export(office, "leads", "pdf"))
    for expected in ("=HYPERLINK(1)", "+8613800001234", "喆堃□", "李雷", "2026-11-1710:00", "Acme"):
        assert expected in text
    assert "utm_source" not in text


async def test_the_newest_lead_comes_first(office: Office) -> None:
    await office.fill()
    rows = table(await export(office, "leads", "xlsx"))
    assert [row["姓名"] for row in rows] == [f"L{number}" for number in range(10)]
    assert {row["负责人"] for row in rows} == {"公海池"}


async def test_an_export_of_leads_is_written_into_the_audit_log(office: Office) -> None:
    await office.fill()
    await export(office, "overview", "csv")
    await export(office, "leads", "csv")
    async with office.shop.database.reading() as session:
        log = AuditLog(office.shop.organisation.id, office.shop.clock)
        entries = await log.latest(session, 10)
    (entry,) = (entry for entry in entries if entry.event == "leads.exported")
    assert (entry.person_id, entry.details["rows"]) == (office.shop.manager.id, 10)


def test_only_managers_export() -> None:
    spec = next(spec for spec in SPECS if spec.name == "export_report")
    assert spec.role is Role.manager


async def test_an_export_knows_only_its_own_organisation(office: Office) -> None:
    await office.fill()
    await heard(office, ago=DAY, answered=None)
    other = Office(await a_shop(office.shop.database, office.shop.clock, slug="other"))
    for kind in KINDS:
        assert (await export(other, kind, "csv")).attachments == ()


async def test_the_overview_has_both_periods_and_the_change(office: Office) -> None:
    await office.fill()
    result = await export(office, "overview", "xlsx", period="last_7_days")
    rows = {row["指标"]: row for row in table(result)}
    spend = sum((row.spend for row in await office.money("last_7_days")), Decimal(0))
    assert rows["花费（CNY）"]["本期"] == pytest.approx(float(spend))
    assert rows["线索"] == {"指标": "线索", "本期": 7, "上期": 3, "变化": pytest.approx(4 / 3)}
    assert rows["转化率"]["变化"] is None
    assert rows["在投活动"]["本期"] == 1
    assert len(table(result, 1)) == 7


async def test_about_names_organisation_period_and_summary(office: Office) -> None:
    await office.fill()
    result = await export(office, "overview", "xlsx", period="last_7_days")
    page = load_workbook(io.BytesIO(content(result)))["说明"]
    about = [(row[0], row[1]) for row in page.iter_rows(values_only=True)]
    assert ("公司", "Acme") in about
    assert ("时间", "2026-11-12 – 2026-11-18") in about
    assert any(name == "小结" and "线索 7 条" in str(text) for name, text in about)


async def test_the_trend_adds_up_to_what_the_platform_says(office: Office) -> None:
    await office.fill()
    rows = csv_rows(await export(office, "trend", "csv", period="last_7_days"))[:7]
    money = await office.money("last_7_days")
    assert sum(Decimal(row["花费（CNY）"]) for row in rows) == sum(row.spend for row in money)
    assert sum(int(row["转化"]) for row in rows) == sum(row.conversions for row in money)
    assert [row["线索"] for row in rows] == ["1"] * 7


async def test_the_funnel_has_its_rates(office: Office) -> None:
    await office.fill()
    rows = table(await export(office, "funnel", "xlsx"))
    assert [list(row.values()) for row in rows] == [
        ["线索", 10, 1, None, 0], ["已联系", 5, 0.5, 0.5, 0], ["已转化", 2, 0.2, 0.4, 0],
    ]  # fmt: skip


async def test_channels_have_money_where_it_is_known(office: Office) -> None:
    await office.fill()
    await office.sales.lead(source_campaign="C-1", source_platform=Source.baidu)
    rows = {row["来源"]: row for row in table(await export(office, "channel", "xlsx"))}
    spend = sum((row.spend for row in await office.money(MONTH)), Decimal(0))
    assert rows["百度"]["花费（CNY）"] == pytest.approx(float(spend))
    assert rows["抖音"]["花费（CNY）"] is None
    assert rows["抖音"]["占比"] == pytest.approx(10 / 11)


async def test_campaigns_come_per_day_and_in_all(office: Office) -> None:
    await office.fill()
    result = await export(office, "campaigns", "xlsx")
    money = await office.money(MONTH)
    days, (whole,) = table(result), table(result, 1)
    assert [f"{row['日期']}"[:10] for row in days] == [f"{row.date}" for row in money]
    assert [row["点击"] for row in days] == [row.clicks for row in money]
    assert {row["编号"] for row in days} == {"C-1"}
    assert whole["花费（CNY）"] == pytest.approx(float(sum(row.spend for row in money)))


async def test_support_counts_messages_answers_and_handovers(office: Office) -> None:
    await heard(office, ago=DAY, answered=timedelta(seconds=30))
    await heard(office, ago=DAY - timedelta(minutes=5), answered=None)
    await heard(office, ago=timedelta(minutes=1), answered=timedelta(seconds=10))
    await handed_over(office)
    result = await export(office, "support", "csv", period="2026-11-17..2026-11-18")
    first, second = csv_rows(result)
    assert list(first.values()) == ["2026-11-17", "1", "2", "1", "1", "0", "30"]
    assert list(second.values()) == ["2026-11-18", "1", "1", "1", "0", "1", "10"]


async def test_staff_are_no_customers(office: Office) -> None:
    await office.hears(ago=DAY)
    assert (await export(office, "support", "csv")).attachments == ()


async def test_it_says_how_many_rows_there_are(office: Office) -> None:
    await office.fill()
    result = await export(office, "leads", "xlsx")
    assert result.text == "线索（近 30 天）已导出，共 10 行：线索_2026-10-20_2026-11-18.xlsx"
    english = await export(office, "leads", "xlsx", language=Language.en)
    assert (
        english.text == "Leads (Last 30 days): exported, 10 rows. Leads_2026-10-20_2026-11-18.xlsx"
    )


async def test_a_long_pdf_says_what_it_left_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.fill()
    for module in ("tools.reports.export", "tools.reports.exporting.pdf_file"):
        monkeypatch.setattr(f"{module}.MOST_ROWS", 4)
    result = await export(office, "leads", "pdf")
    assert "只放了前 4 行" in result.text
    assert "L3" in printed(result)
    assert "L4" not in printed(result).replace("L-4", "")
