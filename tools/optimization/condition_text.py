"""A condition in the person's language, spelled so that it reads back as the same condition."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tools.campaigns.service import CENT, money, ratio
from tools.conditions import Comparison, Condition, Figure, Goal, Group, figures, plain
from tools.context import ToolContext
from tools.optimization.conditions import MONEY


def condition_text(context: ToolContext, condition: Condition) -> str:
    """`近 3 天 CPA 高于目标 CPA 的 1.5 倍 且 近 3 天 花费 不低于 ¥100`."""
    if isinstance(condition, Comparison):
        return _comparison(context, condition)
    parts = [
        f"({condition_text(context, part)})"
        if isinstance(part, Group) and part.any
        else condition_text(context, part)
        for part in condition.parts
    ]
    join = context.say(f"optimization.condition.{'or' if condition.any else 'and'}")
    return f" {join} ".join(parts)


def measured_text(
    context: ToolContext, condition: Condition, measured: Sequence[Mapping[str, Any]]
) -> str:
    """`CPA ¥90、花费 ¥300`; with windows where they differ."""
    several = len({figure.window for figure in figures(condition)}) > 1
    said = [
        context.say(
            "optimization.condition.measured",
            figure=_figure(context, _figure_of(each)) if several else _metric(context, each["metric"]),
            value=amount(context, each["metric"], _decimal(each["value"])),
        )
        for each in measured
    ]  # fmt: skip
    return context.say("optimization.condition.joint").join(said)


def amount(context: ToolContext, metric: str, value: Decimal | None) -> str:
    """A figure as its metric is read: money, a ratio, percent, or a count."""
    if value is None:
        return "—"
    if metric in MONEY:
        return money(context, value.quantize(CENT))
    if metric == "roas":
        return ratio(value)
    return f"{value:.2f}%" if metric == "ctr" else plain(value)


def _comparison(context: ToolContext, each: Comparison) -> str:
    return context.say(
        "optimization.condition.comparison", figure=_figure(context, each.left),
        operator=context.say(f"optimization.rule.operator.{each.operator}"),
        value=_value(context, each),
    )  # fmt: skip


def _value(context: ToolContext, each: Comparison) -> str:
    if each.right is None:
        return _threshold(context, each.left.metric, each.value)
    right = each.right
    side = (
        context.say(f"optimization.condition.goal.{right.value}")
        if isinstance(right, Goal)
        else _figure(context, right)
    )
    if each.value == 1:
        return side
    return context.say("optimization.condition.times", side=side, n=plain(each.value))


def _threshold(context: ToolContext, metric: str, value: Decimal) -> str:
    """All of its digits."""
    if metric in MONEY and value == value.quantize(CENT):
        return money(context, value)
    return f"{plain(value)}%" if metric == "ctr" else plain(value)


def _figure(context: ToolContext, figure: Figure) -> str:
    metric = _metric(context, figure.metric)
    if figure.window is None:
        return metric
    unit = "days" if figure.window.endswith("d") else "hours"
    window = context.say(f"optimization.rule.window.{unit}", n=int(figure.window[:-1]))
    return context.say("optimization.condition.figure", window=window, metric=metric)


def _metric(context: ToolContext, metric: str) -> str:
    return context.say(f"optimization.rule.metric.{metric}")


def _figure_of(measured: Mapping[str, Any]) -> Figure:
    return Figure(metric=measured["metric"], window=measured["window"])


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
