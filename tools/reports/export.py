"""export_report: a report as a file."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from storage.audit import AuditLog
from storage.tables.organisation import Organisation
from tools.context import ToolContext
from tools.periods import Days
from tools.reports.answers import days_of, nothing
from tools.reports.arguments import ExportReport
from tools.reports.exporting.contents import (
    Build,
    Content,
    channel_content,
    funnel_content,
    overview_content,
    trend_content,
)
from tools.reports.exporting.csv_file import csv_file
from tools.reports.exporting.lists import campaigns_content, leads_content, support_content
from tools.reports.exporting.model import About, Book
from tools.reports.exporting.pdf_file import MOST_ROWS, pdf_file
from tools.reports.exporting.xlsx_file import xlsx_file
from tools.reports.wording import spoken
from tools.result import Attachment, ToolResult

_CONTENTS: Mapping[str, Build] = {
    "overview": overview_content, "trend": trend_content, "funnel": funnel_content,
    "channel": channel_content, "leads": leads_content, "campaigns": campaigns_content,
    "support": support_content,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    write: Callable[[Book], bytes]
    media_type: str


_FORMATS: Mapping[str, Format] = {
    "xlsx": Format(
        write=xlsx_file,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "csv": Format(write=csv_file, media_type="text/csv; charset=utf-8"),
    "pdf": Format(write=pdf_file, media_type="application/pdf"),
}


async def export_report(context: ToolContext, arguments: ExportReport) -> ToolResult:
    """Write a report, or all leads of a period, into an Excel, PDF or CSV file."""
    days = days_of(context, arguments.period)
    period = spoken(context, arguments.period, days)
    content = await _CONTENTS[arguments.kind](context, period, days)
    if content is None:
        return nothing(context, arguments.period, days)
    kind = context.say(f"reports.kinds.{arguments.kind}")
    book = await _book(context, kind, days, content)
    chosen = _FORMATS[arguments.format]
    # A thread: writing tens of thousands of rows takes seconds.
    written = await asyncio.to_thread(chosen.write, book)
    await _note(context, arguments, days, book.rows)
    file = Attachment(
        name=f"{kind}_{days.start}_{days.end}.{arguments.format}", content=written,
        media_type=chosen.media_type,
    )  # fmt: skip
    lines = [context.say("reports.exported", kind=kind, period=period, n=book.rows, file=file.name)]
    if arguments.format == "pdf" and book.rows > MOST_ROWS:
        lines.append(context.say("reports.pdf_cut", shown=f"{MOST_ROWS:,}"))
    data = {"file": file.name, "rows": book.rows, "bytes": len(written)}
    return ToolResult(status="ok", text="\n".join(lines), data=data, attachments=(file,))


async def _book(context: ToolContext, kind: str, days: Days, content: Content) -> Book:
    async with context.database.reading() as session:
        wanted = select(Organisation.name).where(Organisation.id == context.organisation_id)
        organisation = (await session.scalars(wanted)).one()
    now = context.local_now()
    covered = f"{days.start} – {days.end}"
    about = [
        ("report", kind), ("organisation", organisation), ("period", covered),
        ("compared", f"{days.before().start} – {days.before().end}"),
        ("currency", context.currency), ("made_at", f"{now:%Y-%m-%d %H:%M} ({now:%Z})"),
        *(("summary", sentence) for sentence in content.summary),
    ]  # fmt: skip
    return Book(
        title=kind, organisation=organisation, period=covered, currency=context.currency,
        about=About(
            title=context.say("reports.about.title"),
            lines=[(context.say(f"reports.about.{name}"), text) for name, text in about],
        ),
        summary=content.summary, sheets=content.sheets, made_at=now, picture=content.picture,
        page=context.say("reports.page", page="{page}", pages="{pages}"),
        more_rows=context.say("reports.more_rows", shown="{shown}", rows="{rows}"),
    )  # fmt: skip


async def _note(context: ToolContext, arguments: ExportReport, days: Days, rows: int) -> None:
    """Personal data left the system: that is written down."""
    if arguments.kind != "leads":
        return
    async with context.database.unit_of_work() as session:
        await AuditLog(context.organisation_id, context.clock).append(
            session, "leads.exported", person_id=context.asker.id, order=context.order_key,
            start=f"{days.start}", end=f"{days.end}", rows=rows, format=arguments.format,
        )  # fmt: skip
