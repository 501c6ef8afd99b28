"""The report tools of the contract."""

import asyncio
from decimal import Decimal
from itertools import pairwise

from config.roles import Role
from tools.campaigns.service import CampaignService
from tools.context import ToolContext
from tools.periods import Days, resolve
from tools.reports import charts, figures
from tools.reports.arguments import (
    ChannelReport,
    ExportReport,
    FunnelReport,
    OverviewReport,
    ScheduleReport,
    TrendReport,
)  # fmt: skip
from tools.reports.wording import change, money, ratio, share, span
from tools.result import Attachment, ToolResult
from tools.spec import Risk, ToolSpec, always

_WITH_MONEY = ("spend", "revenue")


async def overview_report(context: ToolContext, arguments: OverviewReport) -> ToolResult:
    """Leads, conversion, spend, revenue and ROAS of a period, against the one before."""
    days = _days(context, arguments.period)
    now, before = await figures.totals(context, days), await figures.totals(context, days.before())
    active = await CampaignService.of(context).active_count()
    if not (now.leads or now.spend):
        return _nothing(context, days)
    rows = (
        ("leads", f"{now.leads}", change(now.leads, before.leads)),
        ("converted", f"{now.converted}", change(now.converted, before.converted)),
        ("conversion_rate", share(now.conversion_rate), ""),
        ("spend", money(context, now.spend), change(now.spend, before.spend)),
        ("revenue", money(context, now.revenue), change(now.revenue, before.revenue)),
        ("roas", ratio(now.roas), change(now.roas, before.roas)),
        ("cpa", "—" if now.cpa is None else money(context, now.cpa), change(now.cpa, before.cpa)),
        ("active_campaigns", f"{active}", ""),
    )
    lines = [
        context.say(
            "reports.overview_summary", period=span(context, days), n=now.leads,
            leads_change=change(now.leads, before.leads), spend=money(context, now.spend),
            revenue=money(context, now.revenue), roas=ratio(now.roas),
        ),
        *(
            context.say(
                "reports.line_compared" if compared else "reports.line",
                name=context.say(f"reports.names.{name}"), value=value, change=compared,
            )
            for name, value, compared in rows
        ),
        context.say("reports.compared_with", period=span(context, days.before())),
    ]  # fmt: skip
    data = {name: value for name, value, _ in rows}
    return ToolResult(
        status="ok", text="\n".join(lines), data=data,
        attachments=(await _overview_chart(context, days),),
    )  # fmt: skip


async def funnel_report(context: ToolContext, arguments: FunnelReport) -> ToolResult:
    """How far the leads of a period came."""
    days = _days(context, arguments.period)
    counted = await figures.stages(context, days)
    first = counted[0][1]
    if not first:
        return _nothing(context, days)
    bars = [
        charts.Bar(
            label=context.say(f"reports.stages.{stage}"), value=count,
            note=share(Decimal(count) / first),
        )
        for stage, count in counted
    ]  # fmt: skip
    lost = max(pairwise(counted), key=lambda pair: pair[0][1] - pair[1][1])
    title = context.say("reports.funnel_title", period=span(context, days))
    lines = [
        context.say(
            "reports.funnel_summary", period=span(context, days), n=first, won=counted[-1][1],
            rate=bars[-1].note, before=context.say(f"reports.stages.{lost[0][0]}"),
            after=context.say(f"reports.stages.{lost[1][0]}"), lost=lost[0][1] - lost[1][1],
        ),
        *(f"· {bar.label}  {int(bar.value)}  {bar.note}" for bar in bars),
    ]  # fmt: skip
    picture = await asyncio.to_thread(charts.funnel_chart, title, bars)
    return ToolResult(
        status="ok", text="\n".join(lines), data=dict(counted),
        attachments=(_png(f"funnel-{days.start}-{days.end}", picture),),
    )  # fmt: skip


async def trend_report(context: ToolContext, arguments: TrendReport) -> ToolResult:
    """One number per day, as a line."""
    days = _days(context, arguments.period)
    series = await figures.daily(context, arguments.metric, days)
    earlier = await figures.daily(context, arguments.metric, days.before())
    if not any(series.values()):
        return _nothing(context, days)
    name = context.say(f"reports.names.{arguments.metric}")
    best = max(series, key=lambda day: series[day])
    averaged = arguments.metric == "roas"
    now, before = (_whole(values, averaged=averaged) for values in (series, earlier))
    lines = [
        context.say(
            "reports.trend_average" if averaged else "reports.trend_summary",
            name=name, period=span(context, days), total=_figure(context, arguments.metric, now),
            change=change(now, before), before=span(context, days.before()),
            best=f"{best:%m-%d}", most=_figure(context, arguments.metric, series[best]),
        )
    ]  # fmt: skip
    title = f"{name} · {span(context, days)}"
    unit = context.currency if arguments.metric in _WITH_MONEY else ""
    picture = await asyncio.to_thread(
        charts.line_chart, title, list(series), [float(value) for value in series.values()],
        unit=unit,
    )  # fmt: skip
    data = {f"{day}": f"{value:.2f}" for day, value in series.items()}
    return ToolResult(
        status="ok", text="\n".join(lines), data=data,
        attachments=(_png(f"{arguments.metric}-{days.start}-{days.end}", picture),),
    )  # fmt: skip


async def _overview_chart(context: ToolContext, days: Days) -> Attachment:
    panels = []
    for metric in ("leads", "spend", "revenue"):
        series = await figures.daily(context, metric, days)
        unit = f" ({context.currency})" if metric in _WITH_MONEY else ""
        label = context.say(f"reports.names.{metric}") + unit
        panels.append((label, list(series), [float(value) for value in series.values()]))
    title = context.say("reports.overview_title", period=span(context, days))
    picture = await asyncio.to_thread(charts.panels_chart, title, panels)
    return _png(f"overview-{days.start}-{days.end}", picture)


def _days(context: ToolContext, period: str) -> Days:
    return resolve(period, context.local_now().date())


def _nothing(context: ToolContext, days: Days) -> ToolResult:
    return ToolResult(status="ok", text=context.say("reports.nothing", period=span(context, days)))


def _whole(series: figures.Series, *, averaged: bool) -> Decimal:
    """The sum, or for a ratio the mean of the days that have one."""
    values = [value for value in series.values() if value or not averaged]
    total = sum(values, Decimal(0))
    return total / len(values) if averaged and values else total


def _figure(context: ToolContext, metric: str, value: Decimal) -> str:
    if metric in _WITH_MONEY:
        return money(context, value)
    return ratio(value) if metric == "roas" else f"{value:,.0f}"


def _png(name: str, content: bytes) -> Attachment:
    return Attachment(name=f"{name}.png", media_type="image/png", content=content)


SPECS = (
    ToolSpec(name="overview_report", arguments=OverviewReport, role=Role.manager,
             risk=always(Risk.read), run=overview_report),
    ToolSpec(name="trend_report", arguments=TrendReport, role=Role.manager,
             risk=always(Risk.read), run=trend_report),
    ToolSpec(name="funnel_report", arguments=FunnelReport, role=Role.manager,
             risk=always(Risk.read), run=funnel_report),
    ToolSpec(name="channel_report", arguments=ChannelReport, role=Role.manager,
             risk=always(Risk.read)),
    ToolSpec(name="export_report", arguments=ExportReport, role=Role.manager,
             risk=always(Risk.read)),
    ToolSpec(name="schedule_report", arguments=ScheduleReport, role=Role.manager,
             risk=always(Risk.write)),
)  # fmt: skip
