"""Numbers and periods in words."""

from decimal import Decimal

from config.i18n.money import format_money
from tools.context import ToolContext
from tools.periods import Days


def span(context: ToolContext, days: Days) -> str:
    """11-18, or 11-12 to 11-18; with the year when it is another one."""
    shape = "%m-%d" if days.start.year == context.local_now().year else "%Y-%m-%d"
    start, end = days.start.strftime(shape), days.end.strftime(shape)
    return start if len(days) == 1 else context.say("reports.span", start=start, end=end)


def money(context: ToolContext, amount: Decimal) -> str:
    return format_money(context.language, context.currency, amount)


def share(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def ratio(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def change(now: Decimal | int | None, before: Decimal | int | None) -> str:
    """+12%, or a dash when there is nothing to compare with."""
    if now is None or not before:
        return "—"
    return f"{(Decimal(now) - before) / before:+.0%}"
