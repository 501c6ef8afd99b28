"""Numbers, periods and changes in words. What cannot be computed is a dash, never inf or NaN."""

from decimal import Decimal

from config.i18n.money import format_money
from tools.arguments import PERIOD_NAMES
from tools.context import ToolContext
from tools.periods import Days

_DASH = "—"
_AMOUNTS = ("spend", "revenue", "cpa")


def span(context: ToolContext, days: Days) -> str:
    """11-18, or 11-12 to 11-18; with the year when it is not this one."""
    this_year = days.start.year == days.end.year == context.local_now().year
    shape = "%m-%d" if this_year else "%Y-%m-%d"
    start, end = days.start.strftime(shape), days.end.strftime(shape)
    return start if len(days) == 1 else context.say("reports.span", start=start, end=end)


def spoken(context: ToolContext, period: str, days: Days) -> str:
    """Last 7 days; days that have no name are given as dates."""
    return context.say(f"leads.periods.{period}") if period in PERIOD_NAMES else span(context, days)


def figure(context: ToolContext, name: str, value: Decimal | None) -> str:
    """¥1,200 for money, 2.50 for a ROAS, 1,234 for a count."""
    if value is None:
        return _DASH
    if name in _AMOUNTS:
        return format_money(context.language, context.currency, value)
    return f"{value:.2f}" if name == "roas" else f"{value:,.0f}"


def share(value: Decimal | None) -> str:
    return _DASH if value is None else f"{value:.1%}"


def signed(value: Decimal | None) -> str:
    """+135%, for a ROI."""
    return _DASH if value is None else f"{value:+,.0%}"


def change(context: ToolContext, now: Decimal | int | None, before: Decimal | int | None) -> str:
    """+12%, or empty when there is nothing to compare with."""
    moved = _moved(now, before)
    if moved is None:
        return ""
    return f"{moved:+,.0%}" if moved else context.say("reports.steady")


def compared(context: ToolContext, days: Days, now: Decimal | None, before: Decimal | None) -> str:
    """The change in words, against as many days before."""
    moved = _moved(now, before)
    if moved is None:
        return context.say("reports.against.nothing", n=len(days))
    if not moved:
        return context.say("reports.against.same", n=len(days))
    key = "reports.against.up" if moved > 0 else "reports.against.down"
    return context.say(key, n=len(days), share=f"{abs(moved):,.0%}")


def _moved(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """The change as a part of what was before, in whole percents."""
    if now is None or not before:
        return None
    return round((Decimal(now) - before) / before, 2)
