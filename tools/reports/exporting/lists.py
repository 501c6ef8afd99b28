"""The tables behind the reports: every lead, every campaign's day, and the support's days."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence

from tools.campaigns.service import CampaignService, DayFigures, Figures, total
from tools.context import ToolContext
from tools.periods import Days
from tools.reports import figures
from tools.reports.answers import daily_picture
from tools.reports.exporting.columns import column
from tools.reports.exporting.contents import Content
from tools.reports.exporting.model import Cell, Column, Kind, Plot, Sheet
from tools.reports.repository import LeadRow, lead_rows
from tools.reports.support import SupportDay, support_days
from tools.reports.trend import sentences


async def leads_content(context: ToolContext, period: str, days: Days) -> Content | None:
    """The newest first, with everything that is known of them."""
    found = await lead_rows(context, days)
    if not found:
        return None
    now = await figures.trend(context, "leads", days)
    before = await figures.trend(context, "leads", days.before())
    title = context.say("reports.kinds.leads")
    # A thread: there may be tens of thousands.
    rows = await asyncio.to_thread(lambda: [_lead(context, row) for row in found])
    return Content(
        summary=sentences(context, "leads", period, days, now, before),
        sheets=[Sheet(name=title, columns=_lead_columns(context), rows=rows)],
        picture=await daily_picture(context, title, days, [("leads", now.series, before.series)]),
    )


async def campaigns_content(context: ToolContext, period: str, days: Days) -> Content | None:
    """Per campaign and day, then per campaign."""
    now = await figures.money(context, days)
    if not now.rows:
        return None
    before = await figures.money(context, days.before())
    names = await _campaign_names(context)
    told = [
        sentence
        for metric in ("spend", "revenue")
        for sentence in sentences(
            context, metric, period, days,
            figures.Trend(series=getattr(now, metric), parts=now.by_campaign(metric)),
            figures.Trend(series=getattr(before, metric), parts=before.by_campaign(metric)),
        )
    ]  # fmt: skip
    drawn = [("spend", now.spend, before.spend), ("revenue", now.revenue, before.revenue)]
    return Content(
        summary=told,
        sheets=[_campaign_days(context, now.rows, names), _campaigns(context, now.rows, names)],
        picture=await daily_picture(context, context.say("reports.kinds.campaigns"), days, drawn),
    )


async def support_content(context: ToolContext, period: str, days: Days) -> Content | None:
    """What customers wrote, how fast they were answered, and who asked for a person."""
    found = await support_days(context, days)
    messages = sum(row.messages for row in found)
    handovers = sum(row.handovers for row in found)
    if not messages and not handovers:
        return None
    title = context.say("reports.kinds.support")
    told = context.say(
        "reports.support_summary", period=period, n=messages, handovers=handovers,
        conversations=sum(row.conversations for row in found),
        unanswered=sum(row.unanswered for row in found),
    )  # fmt: skip
    names = ("conversations", "messages", "replies", "unanswered", "handovers")
    return Content(
        summary=[told],
        sheets=[
            Sheet(
                name=title,
                columns=[
                    column(context, "day", Kind.day),
                    *(column(context, name, Kind.number) for name in names),
                    column(context, "first_reply", Kind.number, width=18),
                ],
                rows=[_support_row(row, names) for row in found],
                plots=[Plot(title=title, shape="line", over=0, values=[2, 3])],
            )
        ],
    )


def _lead_columns(context: ToolContext) -> list[Column]:
    """As many as a sheet of paper takes are printed; the files for machines have them all."""
    return [
        column(context, "id", width=8), column(context, "contact_name", width=14),
        column(context, "contact_phone", width=18), column(context, "contact_wechat", width=16),
        column(context, "contact_email", width=24, printed=False),
        column(context, "company", width=20), column(context, "industry", printed=False),
        column(context, "region", printed=False), column(context, "source"),
        column(context, "source_channel", printed=False),
        column(context, "source_campaign", printed=False),
        column(context, "utm_source", printed=False), column(context, "utm_medium", printed=False),
        column(context, "utm_campaign", printed=False),
        column(context, "utm_content", printed=False),
        column(context, "score", Kind.number, width=8), column(context, "status"),
        column(context, "owner"), column(context, "tags", width=18),
        column(context, "created_at", Kind.moment, width=18),
        column(context, "updated_at", Kind.moment, width=18, printed=False),
        column(context, "raw_data", width=30, printed=False),
    ]  # fmt: skip


def _lead(context: ToolContext, row: LeadRow) -> tuple[Cell, ...]:
    source = context.say(f"leads.sources.{row.source_platform}")
    owner = row.owner if row.assigned_to is not None else context.say("leads.pool")
    raw = json.dumps(row.raw_data, ensure_ascii=False) if row.raw_data else None
    return (
        f"L-{row.number}", row.contact_name, row.contact_phone, row.contact_wechat,
        row.contact_email, row.company, row.industry, row.region, source, row.source_channel,
        row.source_campaign, row.utm_source, row.utm_medium, row.utm_campaign, row.utm_content,
        row.score, context.say(f"leads.statuses.{row.status}"), owner,
        context.say("leads.comma").join(row.tags), row.created_at.astimezone(context.timezone),
        row.updated_at.astimezone(context.timezone), raw,
    )  # fmt: skip


async def _campaign_names(context: ToolContext) -> dict[int, str]:
    service = CampaignService.of(context)
    campaigns = [*await service.list(), *await service.list(status="deleted")]
    return {campaign.number: campaign.name for campaign in campaigns}


def _campaign_days(
    context: ToolContext, rows: Sequence[DayFigures], names: dict[int, str]
) -> Sheet:
    return Sheet(
        name=context.say("reports.columns.daily"),
        columns=[column(context, "day", Kind.day), *_campaign_columns(context)],
        rows=[
            (row.date, *_campaign(context, row.campaign, row.platform, names, total([row])))
            for row in rows
        ],
    )


def _campaigns(context: ToolContext, rows: Sequence[DayFigures], names: dict[int, str]) -> Sheet:
    owned: dict[tuple[int, str], list[DayFigures]] = defaultdict(list)
    for row in rows:
        owned[row.campaign, row.platform].append(row)
    title = context.say("reports.kinds.campaigns")
    return Sheet(
        name=title, columns=_campaign_columns(context),
        rows=[
            _campaign(context, number, platform, names, total(days))
            for (number, platform), days in sorted(owned.items())
        ],
        plots=[Plot(title=title, shape="bar", over=1, values=[3, 4])],
    )  # fmt: skip


def _campaign_columns(context: ToolContext) -> list[Column]:
    return [
        column(context, "id", width=8), column(context, "name", width=24),
        column(context, "platform"), column(context, "spend", Kind.money),
        column(context, "revenue", Kind.money), column(context, "roas", Kind.ratio),
        column(context, "conversions", Kind.number), column(context, "cpa", Kind.money),
        column(context, "impressions", Kind.number), column(context, "clicks", Kind.number),
        column(context, "ctr", Kind.percent),
    ]  # fmt: skip


def _campaign(
    context: ToolContext, number: int, platform: str, names: dict[int, str], sums: Figures
) -> tuple[Cell, ...]:
    return (
        f"C-{number}", names[number], context.say(f"campaigns.platform.{platform}"), sums.spend,
        sums.revenue, sums.roas, sums.conversions, sums.cpa, sums.impressions, sums.clicks,
        sums.ctr,
    )  # fmt: skip


def _support_row(row: SupportDay, names: Sequence[str]) -> tuple[Cell, ...]:
    return (row.day, *(getattr(row, name) for name in names), row.first_reply)
