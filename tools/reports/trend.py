"""trend_report: one number per day."""

from decimal import Decimal

from tools.context import ToolContext
from tools.periods import Days
from tools.reports import figures
from tools.reports.answers import attached, daily_picture, days_of, nothing
from tools.reports.arguments import TrendReport
from tools.reports.figures import Series
from tools.reports.wording import compared, figure, span, spoken
from tools.result import ToolResult


async def trend_report(context: ToolContext, arguments: TrendReport) -> ToolResult:
    """The whole of the period, its best day, and a line against the period before."""
    days = days_of(context, arguments.period)
    metric = arguments.metric
    now = await figures.trend(context, metric, days)
    # A ROAS of nothing but zeros is bad news, not missing data.
    if now.whole is None or not (now or metric == "roas"):
        return nothing(context, arguments.period, days)
    before = await figures.trend(context, metric, days.before())
    name = context.say(f"reports.names.{metric}")
    text = context.say(
        "reports.trend_ratio" if metric == "roas" else "reports.trend_sum",
        name=name, period=spoken(context, arguments.period, days),
        total=figure(context, metric, now.whole),
        change=compared(context, days, now.whole, before.whole),
    ) + _best(context, metric, days, now)  # fmt: skip
    picture = await daily_picture(context, name, days, [(metric, now, before)])
    return ToolResult(
        status="ok", text=text, data=_data(now, before),
        attachments=attached(metric, days, picture),
    )  # fmt: skip


def _best(context: ToolContext, metric: str, days: Days, series: Series) -> str:
    """A second sentence when there is a choice of days."""
    if len(days) == 1:
        return ""
    known = [(value, day) for day, value in series.daily.items() if value is not None]
    most, day = max(known)
    return "\n" + context.say(
        "reports.trend_best",
        day=span(context, Days(start=day, end=day)),
        most=figure(context, metric, most),
    )


def _data(now: Series, before: Series) -> dict[str, object]:
    return {
        "total": _plain(now.whole), "before": _plain(before.whole),
        "days": {f"{day}": _plain(value) for day, value in now.daily.items()},
    }  # fmt: skip


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
