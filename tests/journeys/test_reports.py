"""Channels and exports, from the words to the file."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import func, select

from storage.tables.lead import Lead
from storage.tables.work import OutboxFile
from tests.journeys.chat import AGENT, CUSTOMER, Chat


async def files(chat: Chat) -> list[tuple[str, bytes]]:
    """What came with the last answer."""
    return [(file.name, file.content) for file in (await chat.last()).files]


async def count_leads(chat: Chat, *conditions: Any) -> int:
    async with chat.service.database.reading() as session:
        return await session.scalar(select(func.count(Lead.id)).where(*conditions)) or 0


@pytest.mark.parametrize(
    ("text", "expected", "platforms"),
    [
        ("最近7天各渠道效果怎么样", "近 7 天新增线索", "广告平台"),
        ("Which channel performed best last month?", "Last month:", "Ad platforms"),
    ],
)
async def test_channel_report(chat: Chat, text: str, expected: str, platforms: str) -> None:
    answer = await chat.says(text)
    assert answer.startswith(expected)
    assert platforms in answer
    ((name, content),) = await files(chat)
    assert name.startswith("channel-")
    assert content.startswith(b"\x89PNG")


async def test_leads_as_excel(chat: Chat) -> None:
    answer = await chat.says("导出最近30天的线索，Excel 格式")
    ((name, content),) = await files(chat)
    assert name == "线索_2026-10-20_2026-11-18.xlsx"
    assert name in answer
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    header, *rows = page.iter_rows(values_only=True)
    assert header[:3] == ("编号", "姓名", "电话")
    assert f"共 {len(rows)} 行" in answer
    for row in rows:
        lead = await chat.lead(str(row[0]))
        assert row[1:3] == (lead.contact_name, lead.contact_phone)


async def test_leads_as_csv_in_english(chat: Chat) -> None:
    await chat.says("Export this week's leads as CSV")
    ((name, content),) = await files(chat)
    assert name == "Leads_2026-11-16_2026-11-18.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    monday = chat.clock.now().replace(day=15, hour=16, minute=0)
    assert len(rows) == await count_leads(chat, Lead.created_at >= monday)


async def test_the_channel_report_as_pdf(chat: Chat) -> None:
    await chat.says("把本月的渠道报表导出为PDF")
    ((name, content),) = await files(chat)
    assert name == "渠道_2026-11-01_2026-11-18.pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "渠道" in text
    assert "抖音" in text


@pytest.mark.parametrize("who", [AGENT, CUSTOMER])
async def test_only_managers_take_leads_out(chat: Chat, who: str) -> None:
    await chat.says("导出本月的线索，Excel 格式", as_=who)
    assert (await chat.last(who)).files == ()
    async with chat.service.database.reading() as session:
        assert await session.scalar(select(func.count(OutboxFile.id))) == 0
