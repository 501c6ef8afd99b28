"""What every report shares: its days, its pictures, and the answer when there is nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from config.errors import InvalidInput
from tools.context import ToolContext
from tools.periods import Days, resolve
from tools.reports import charts
from tools.reports.figures import Series
from tools.reports.wording import span, spoken
from tools.result import Attachment, ToolResult

_YEARS = 5
_WITH_MONEY = ("spend", "revenue")


def days_of(context: ToolContext, period: str) -> Days:
    """The days of the period up to today: later ones would only look like a fall to zero.

    Raises InvalidInput for a period that lies ahead or begins more than five years ago.
    """
    today = context.local_now().date()
    days = resolve(period, today)
    if days.start > today:
        raise InvalidInput("reports.ahead", today=f"{today}")
    if days.start.year < today.year - _YEARS:
        raise InvalidInput("reports.too_far", first=f"{today.year - _YEARS}-01-01")
    return replace(days, end=min(days.end, today))


def nothing(context: ToolContext, period: str, days: Days) -> ToolResult:
    text = context.say("reports.nothing", period=spoken(context, period, days))
    return ToolResult(status="ok", text=text)


def footnote(context: ToolContext, days: Days) -> str:
    """What the changes in brackets mean."""
    today = days.end == context.local_now().date()
    return context.say(
        "reports.compared_so_far" if today else "reports.compared_with",
        period=span(context, days.before()),
    )


async def daily_picture(
    context: ToolContext,
    title: str,
    days: Days,
    series: Sequence[tuple[str, Series, Series]],
) -> bytes:
    """A panel for each (metric, series, the series before), drawn beside the event loop."""
    return await asyncio.to_thread(
        charts.daily_chart,
        f"{title} · {span(context, days)}",
        [_panel(context, name, now, before) for name, now, before in series],
        now=span(context, days),
        before=span(context, days.before()),
    )


def attached(name: str, days: Days, content: bytes) -> tuple[Attachment, ...]:
    file = f"{name}-{days.start}-{days.end}.png"
    return (Attachment(name=file, media_type="image/png", content=content),)


def _panel(context: ToolContext, name: str, now: Series, before: Series) -> charts.Panel:
    key = "reports.per_day_money" if name in _WITH_MONEY else "reports.per_day"
    named = context.say(f"reports.names.{name}")
    return charts.Panel(
        label=context.say(key, name=named, currency=context.currency),
        days=list(now.daily),
        values=_floats(now),
        before=_floats(before),
    )


def _floats(series: Series) -> list[float | None]:
    return [None if value is None else float(value) for value in series.daily.values()]
