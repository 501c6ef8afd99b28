"""channel_report: which source brings how many leads, and at what price."""

import asyncio
from dataclasses import asdict

from tools.context import ToolContext
from tools.periods import Days
from tools.reports import charts
from tools.reports.advice import summary
from tools.reports.answers import attached, days_of, footnote, nothing
from tools.reports.arguments import ChannelReport
from tools.reports.channels import Channel, Channels, Platform, channels
from tools.reports.figures import divided
from tools.reports.wording import change, figure, share, signed, span, spoken
from tools.result import ToolResult


async def channel_report(context: ToolContext, arguments: ChannelReport) -> ToolResult:
    """Leads, conversion, cost and ROI by source, and what the ad platforms report."""
    days = days_of(context, arguments.period)
    found = await channels(context, days)
    if not found:
        return nothing(context, arguments.period, days)
    lines = summary(context, spoken(context, arguments.period, days), days, found)
    present = [row for row in found.sources if row.leads]
    if present:
        lines.append(context.say("reports.channel_sources"))
        for place, row in enumerate(present, start=1):
            lines += _source(context, place, row, found.leads)
    if found.platforms:
        lines.append(context.say("reports.channel_platforms"))
        lines += [_platform(context, row) for row in found.platforms]
    lines.append(footnote(context, days))
    return ToolResult(
        status="ok", text="\n".join(lines), data=_data(found),
        attachments=attached("channel", days, await channel_picture(context, days, found)),
    )  # fmt: skip


async def channel_picture(context: ToolContext, days: Days, found: Channels) -> bytes:
    """Leads by source and spend by platform, drawn beside the event loop."""
    rankings = [
        charts.Ranking(label=_label(context, name), bars=bars)
        for name, bars in (
            ("leads", [_leads_bar(context, row, found.leads) for row in found.sources]),
            ("spend", [_spend_bar(context, row) for row in found.platforms]),
        )
        if bars
    ]
    return await asyncio.to_thread(
        charts.ranking_chart, f"{context.say('reports.channel_title')} · {span(context, days)}",
        rankings, now=span(context, days), before=span(context, days.before()),
    )  # fmt: skip


def _label(context: ToolContext, metric: str) -> str:
    named = context.say(f"reports.names.{metric}")
    if metric == "leads":
        return named
    return context.say("reports.in_currency", name=named, currency=context.currency)


def _leads_bar(context: ToolContext, row: Channel, leads: int) -> charts.Bar:
    return charts.Bar(
        label=context.say(f"leads.sources.{row.source}"), value=row.leads, before=row.before,
        note=f"{row.leads:,} · {share(divided(row.leads, leads))}",
    )  # fmt: skip


def _spend_bar(context: ToolContext, row: Platform) -> charts.Bar:
    roas = figure(context, "roas", row.now.roas)
    return charts.Bar(
        label=context.say(f"campaigns.platform.{row.name}"), value=float(row.now.spend),
        before=float(row.before.spend),
        note=f"{figure(context, 'spend', row.now.spend)} · ROAS {roas}",
    )  # fmt: skip


def _source(context: ToolContext, place: int, row: Channel, leads: int) -> list[str]:
    changed = change(context, row.leads, row.before)
    lines = [
        context.say(
            "reports.channel_line_compared" if changed else "reports.channel_line", place=place,
            name=context.say(f"leads.sources.{row.source}"), n=row.leads,
            share=share(divided(row.leads, leads)), change=changed, contacted=row.contacted,
            won=row.converted, rate=share(row.conversion_rate),
        )
    ]  # fmt: skip
    if row.spend is not None:
        lines.append(
            context.say(
                "reports.channel_money", spend=figure(context, "spend", row.spend),
                cost=figure(context, "cpa", row.cost_per_lead),
                revenue=figure(context, "revenue", row.revenue),
                roas=figure(context, "roas", row.roas), roi=signed(row.roi),
            )
        )  # fmt: skip
    return lines


def _platform(context: ToolContext, row: Platform) -> str:
    changed = change(context, row.now.spend, row.before.spend)
    return context.say(
        "reports.channel_platform_compared" if changed else "reports.channel_platform",
        name=context.say(f"campaigns.platform.{row.name}"), change=changed,
        spend=figure(context, "spend", row.now.spend),
        revenue=figure(context, "revenue", row.now.revenue),
        roas=figure(context, "roas", row.now.roas), conversions=row.now.conversions,
        cpa=figure(context, "cpa", row.now.cpa),
    )  # fmt: skip


def _data(found: Channels) -> dict[str, object]:
    """Plain JSON; amounts and ratios as strings, None where nothing is known."""
    sources = [
        asdict(row) | {
            "source": row.source.value, "spend": _plain(row.spend), "revenue": _plain(row.revenue),
            "conversion_rate": share(row.conversion_rate), "roas": _plain(row.roas),
            "cost_per_lead": _plain(row.cost_per_lead), "roi": _plain(row.roi),
        }
        for row in found.sources
    ]  # fmt: skip
    platforms = {row.name: row.now.as_json() for row in found.platforms}
    return {
        "leads": found.leads, "before": found.before, "sources": sources, "platforms": platforms
    }  # fmt: skip


def _plain(value: object) -> str | None:
    return None if value is None else f"{value:.2f}"
