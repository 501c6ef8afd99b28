"""The tables of the four reports: overview, trend, funnel, channel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import pairwise

from tools.campaigns.service import CampaignService
from tools.context import ToolContext
from tools.periods import Days
from tools.reports import advice, figures, funnel, overview, trend
from tools.reports.answers import daily_picture
from tools.reports.channel import channel_picture
from tools.reports.channels import Channels, channels
from tools.reports.exporting.columns import column, named, titled
from tools.reports.exporting.model import Cell, Kind, Plot, Sheet
from tools.reports.figures import Series, divided

_KINDS = {
    "leads": Kind.number, "messages": Kind.number, "converted": Kind.number,
    "conversions": Kind.number, "conversion_rate": Kind.percent, "roas": Kind.ratio,
    "spend": Kind.money, "revenue": Kind.money, "cpa": Kind.money,
}  # fmt: skip
_TRENDS = ("leads", "messages", "spend", "revenue", "conversions", "roas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one kind of report has to say about a period; the first sheet is the main one."""

    summary: Sequence[str]
    sheets: Sequence[Sheet]
    picture: bytes | None = None


# Takes the period as spoken; None means that there is nothing in it.
Build = Callable[[ToolContext, str, Days], Awaitable[Content | None]]


async def overview_content(context: ToolContext, period: str, days: Days) -> Content | None:
    now = await overview.business(context, days)
    if not now:
        return None
    before = await overview.business(context, days.before())
    active = await CampaignService.of(context).active_count()
    rows: list[tuple[Cell, ...]] = [
        (
            titled(context, name, _KINDS[name]), value, before.numbers[name],
            # Leads that came later had less time to convert: their rate is not compared.
            None if name == "conversion_rate" else _change(value, before.numbers[name]),
        )
        for name, value in now.numbers.items()
    ]  # fmt: skip
    table = Sheet(
        name=context.say("reports.kinds.overview"),
        columns=[
            column(context, "metric", width=18), column(context, "now", Kind.mixed, width=16),
            column(context, "before", Kind.mixed, width=16),
            column(context, "change", Kind.percent),
        ],
        rows=[*rows, (context.say("reports.columns.active_campaigns"), active, None, None)],
        kinds=[*(_KINDS[name] for name in now.numbers), Kind.number],
    )  # fmt: skip
    daily = {
        "leads": now.leads, "spend": now.money.spend, "revenue": now.money.revenue,
        "conversions": now.money.conversions, "roas": now.money.roas,
    }  # fmt: skip
    return Content(
        summary=overview.sentences(context, period, days, now, before),
        sheets=[table, daily_sheet(context, "daily", days, daily)],
        picture=await overview.picture(context, days, now, before),
    )


async def trend_content(context: ToolContext, period: str, days: Days) -> Content | None:
    now = {name: await figures.trend(context, name, days) for name in _TRENDS}
    if not any(found.series for found in now.values()):
        return None
    before = {name: await figures.trend(context, name, days.before()) for name in _TRENDS}
    told = [name for name in ("leads", "spend", "revenue") if now[name].series]
    sentences = [
        sentence
        for name in told
        for sentence in trend.sentences(context, name, period, days, now[name], before[name])
    ]
    drawn = [(name, now[name].series, before[name].series) for name in told]
    title = context.say("reports.kinds.trend")
    return Content(
        summary=sentences,
        sheets=[
            daily_sheet(context, "daily", days, {name: now[name].series for name in _TRENDS}),
            daily_sheet(
                context, "daily_before", days.before(),
                {name: before[name].series for name in _TRENDS},
            ),
        ],
        picture=await daily_picture(context, title, days, drawn) if drawn else None,
    )  # fmt: skip


async def funnel_content(context: ToolContext, period: str, days: Days) -> Content | None:
    stages = await figures.stages(context, days)
    if not stages.leads:
        return None
    before = await figures.stages(context, days.before())
    counts, earlier = asdict(stages), asdict(before)
    steps = {"leads": None} | {
        narrow: divided(counts[narrow], counts[wide]) for wide, narrow in pairwise(counts)
    }
    title = context.say("reports.kinds.funnel")
    table = Sheet(
        name=title,
        columns=[
            column(context, "stage", width=14), column(context, "now", Kind.number),
            column(context, "of_all", Kind.percent), column(context, "of_step", Kind.percent),
            column(context, "before", Kind.number),
        ],
        rows=[
            (
                context.say(f"reports.stages.{name}"), count, divided(count, stages.leads),
                steps[name], earlier[name],
            )
            for name, count in counts.items()
        ],
        plots=[Plot(title=title, shape="bar", over=0, values=[1])],
    )  # fmt: skip
    told = funnel.sentences(context, period, stages)
    return Content(
        summary=[*told, funnel.compared_with(context, days, before)], sheets=[table],
        picture=await funnel.picture(context, days, stages),
    )  # fmt: skip


async def channel_content(context: ToolContext, period: str, days: Days) -> Content | None:
    found = await channels(context, days)
    if not found:
        return None
    return Content(
        summary=advice.summary(context, period, days, found),
        sheets=[_sources(context, found), _platforms(context, found)],
        picture=await channel_picture(context, days, found),
    )


def daily_sheet(context: ToolContext, name: str, days: Days, series: Mapping[str, Series]) -> Sheet:
    """A row a day, a column a metric; leads and money as lines."""
    order = list(series)
    lines = [[metric] for metric in order if metric in ("leads", "messages")]
    lines.append([metric for metric in order if metric in ("spend", "revenue")])
    return Sheet(
        name=context.say(f"reports.columns.{name}"),
        columns=[
            column(context, "day", Kind.day),
            *(column(context, metric, _KINDS[metric]) for metric in order),
        ],
        rows=[(day, *(series[metric].daily[day] for metric in order)) for day in days.each()],
        plots=[
            Plot(
                title=" / ".join(named(context, metric) for metric in metrics), shape="line",
                over=0, values=[order.index(metric) + 1 for metric in metrics],
            )
            for metrics in lines if metrics
        ],
    )  # fmt: skip


def _sources(context: ToolContext, found: Channels) -> Sheet:
    title = context.say("reports.kinds.channel")
    return Sheet(
        name=title,
        columns=[
            column(context, "source"), column(context, "leads", Kind.number),
            column(context, "share", Kind.percent), column(context, "before", Kind.number),
            column(context, "change", Kind.percent), column(context, "contacted", Kind.number),
            column(context, "converted", Kind.number),
            column(context, "conversion_rate", Kind.percent), column(context, "spend", Kind.money),
            column(context, "cost_per_lead", Kind.money), column(context, "revenue", Kind.money),
            column(context, "roas", Kind.ratio), column(context, "roi", Kind.percent),
        ],
        rows=[
            (
                context.say(f"leads.sources.{row.source}"), row.leads,
                divided(row.leads, found.leads), row.before, _change(row.leads, row.before),
                row.contacted, row.converted, row.conversion_rate, row.spend, row.cost_per_lead,
                row.revenue, row.roas, row.roi,
            )
            for row in found.sources
        ],
        plots=[Plot(title=title, shape="bar", over=0, values=[1, 3])] if found.sources else (),
    )  # fmt: skip


def _platforms(context: ToolContext, found: Channels) -> Sheet:
    return Sheet(
        name=context.say("reports.channel_platforms"),
        columns=[
            column(context, "platform"), column(context, "spend", Kind.money),
            column(context, "spend_before", Kind.money), column(context, "change", Kind.percent),
            column(context, "revenue", Kind.money), column(context, "roas", Kind.ratio),
            column(context, "conversions", Kind.number), column(context, "cpa", Kind.money),
        ],
        rows=[
            (
                context.say(f"campaigns.platform.{row.name}"), row.now.spend, row.before.spend,
                _change(row.now.spend, row.before.spend), row.now.revenue, row.now.roas,
                row.now.conversions, row.now.cpa,
            )
            for row in found.platforms
        ],
    )  # fmt: skip


def _change(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    return divided(now - before, before) if now is not None and before is not None else None
