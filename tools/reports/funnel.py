"""funnel_report: how far the leads of a period came."""

import asyncio
from dataclasses import asdict
from itertools import pairwise

from tools.context import ToolContext
from tools.periods import Days
from tools.reports import charts, figures
from tools.reports.answers import attached, days_of, nothing
from tools.reports.arguments import FunnelReport
from tools.reports.figures import Stages, divided
from tools.reports.wording import share, span, spoken
from tools.result import ToolResult


async def funnel_report(context: ToolContext, arguments: FunnelReport) -> ToolResult:
    """Leads, contacted and converted, each with its part of all and of the stage before."""
    days = days_of(context, arguments.period)
    stages = await figures.stages(context, days)
    if not stages.leads:
        return nothing(context, arguments.period, days)
    before = await figures.stages(context, days.before())
    counts = asdict(stages)
    lines = [
        *sentences(context, spoken(context, arguments.period, days), stages),
        context.say("reports.funnel_first", name=_name(context, "leads"), count=stages.leads),
        *_steps(context, counts),
        compared_with(context, days, before),
    ]  # fmt: skip
    return ToolResult(
        status="ok", text="\n".join(lines), data={**counts, "before": asdict(before)},
        attachments=attached("funnel", days, await picture(context, days, stages)),
    )  # fmt: skip


def sentences(context: ToolContext, period: str, stages: Stages) -> list[str]:
    """The written summary; `period` is spoken."""
    return [
        context.say(
            "reports.funnel_summary", period=period, n=stages.leads, won=stages.converted,
            rate=share(stages.conversion_rate),
        ),
        *_lost(context, asdict(stages)),
    ]  # fmt: skip


async def picture(context: ToolContext, days: Days, stages: Stages) -> bytes:
    """Drawn beside the event loop."""
    return await asyncio.to_thread(
        charts.funnel_chart,
        f"{context.say('reports.funnel_title')} · {span(context, days)}",
        _drawn(context, stages),
    )


def _lost(context: ToolContext, counts: dict[str, int]) -> list[str]:
    """Where most were lost, if any were."""
    wide, narrow = max(pairwise(counts), key=lambda step: counts[step[0]] - counts[step[1]])
    lost = counts[wide] - counts[narrow]
    if not lost:
        return []
    names = {"before": _name(context, wide), "after": _name(context, narrow)}
    return [context.say("reports.funnel_loss", n=lost, **names)]


def _steps(context: ToolContext, counts: dict[str, int]) -> list[str]:
    return [
        context.say(
            "reports.funnel_step", name=_name(context, narrow), count=counts[narrow],
            of_all=share(divided(counts[narrow], counts["leads"])),
            of_step=share(divided(counts[narrow], counts[wide])),
        )
        for wide, narrow in pairwise(counts)
    ]  # fmt: skip


def compared_with(context: ToolContext, days: Days, before: Stages) -> str:
    """The period before; its leads had more time to convert, which is said."""
    if not before.leads:
        return context.say("reports.funnel_before_none", n=len(days))
    return context.say(
        "reports.funnel_before", period=span(context, days.before()), leads=before.leads,
        contacted=before.contacted, won=before.converted, rate=share(before.conversion_rate),
        n=len(days),
    )  # fmt: skip


def _drawn(context: ToolContext, stages: Stages) -> list[charts.Stage]:
    return [
        charts.Stage(
            label=_name(context, name), count=count, note=share(divided(count, stages.leads))
        )
        for name, count in asdict(stages).items()
    ]


def _name(context: ToolContext, stage: str) -> str:
    return context.say(f"reports.stages.{stage}")
