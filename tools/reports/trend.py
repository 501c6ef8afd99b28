"""trend_report: one number per day."""

from decimal import Decimal

from tools.context import ToolContext
from tools.periods import Days
from tools.reports import figures
from tools.reports.answers import attached, daily_picture, days_of, nothing
from tools.reports.arguments import TrendReport
from tools.reports.figures import Series, Trend
from tools.reports.insights import insights
from tools.reports.wording import compared, figure, spoken
from tools.result import ToolResult


async def trend_report(context: ToolContext, arguments: TrendReport) -> ToolResult:
    """The whole of the period, what stands out in it, and a line against the period before."""
    days = days_of(context, arguments.period)
    metric = arguments.metric
    found = await figures.trend(context, metric, days)
    now = found.series
    # A ROAS of nothing but zeros is bad news, not missing data.
    if now.whole is None or not (now or metric == "roas"):
        return nothing(context, arguments.period, days)
    earlier = await figures.trend(context, metric, days.before())
    before = earlier.series
    name = context.say(f"reports.names.{metric}")
    period = spoken(context, arguments.period, days)
    lines = sentences(context, metric, period, days, found, earlier)
    picture = await daily_picture(context, name, days, [(metric, now, before)])
    return ToolResult(
        status="ok", text="\n".join(lines), data=_data(now, before),
        attachments=attached(metric, days, picture),
    )  # fmt: skip


def sentences(
    context: ToolContext, metric: str, period: str, days: Days, now: Trend, before: Trend
) -> list[str]:
    """The written summary; `period` is spoken, and there is something in it."""
    total = context.say(
        "reports.trend_ratio" if metric == "roas" else "reports.trend_sum",
        name=context.say(f"reports.names.{metric}"), period=period,
        total=figure(context, metric, now.series.whole),
        change=compared(context, days, now.series.whole, before.series.whole),
    )  # fmt: skip
    return [total, *insights(context, metric, days, now, before)]


def _data(now: Series, before: Series) -> dict[str, object]:
    return {
        "total": _plain(now.whole), "before": _plain(before.whole),
        "days": {f"{day}": _plain(value) for day, value in now.daily.items()},
    }  # fmt: skip


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
