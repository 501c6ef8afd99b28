"""Columns by name: titled from the catalogue, amounts with their currency."""

from tools.context import ToolContext
from tools.reports.exporting.model import Column, Kind

_METRICS = (
    "leads", "converted", "conversion_rate", "spend", "revenue", "roas", "cpa", "conversions",
    "messages",
)  # fmt: skip


def column(
    context: ToolContext,
    name: str,
    kind: Kind = Kind.text,
    *,
    width: int = 12,
    printed: bool = True,
) -> Column:
    return Column(title=titled(context, name, kind), kind=kind, width=width, printed=printed)


def titled(context: ToolContext, name: str, kind: Kind) -> str:
    title = named(context, name)
    if kind is not Kind.money:
        return title
    return context.say("reports.in_currency", name=title, currency=context.currency)


def named(context: ToolContext, name: str) -> str:
    key = f"reports.names.{name}" if name in _METRICS else f"reports.columns.{name}"
    return context.say(key)
