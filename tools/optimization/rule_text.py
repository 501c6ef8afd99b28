"""Rules, their checks and what they did, in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storage.tables.optimization import Outcome, Rule, RuleCheck
from tools.campaigns.service import money, ratio
from tools.context import ToolContext
from tools.optimization.conditions import MONEY


def sentence(context: ToolContext, rule: Rule) -> str:
    """`近 24 小时 CPA 高于 ¥60 → 暂停广告组`, and where it looks."""
    scope = context.say("optimization.rule.everywhere") if not rule.campaign else rule.campaign
    return context.say(
        "optimization.rule.sentence", scope=scope, condition=condition(context, rule),
        action=action(context, rule),
    )  # fmt: skip


def condition(context: ToolContext, rule: Rule) -> str:
    return context.say(
        "optimization.rule.condition", window=_window(context, rule.time_range),
        metric=context.say(f"optimization.rule.metric.{rule.metric}"),
        operator=context.say(f"optimization.rule.operator.{rule.operator}"),
        value=amount(context, rule.metric, rule.value),
    )  # fmt: skip


def action(context: ToolContext, rule: Rule) -> str:
    percent = f"{(rule.action_value or Decimal(0)).normalize():f}%"
    return context.say(f"optimization.rule.action.{rule.action}", percent=percent)


def found(context: ToolContext, rule: Rule, measured: Decimal | None) -> str:
    """The condition with the figure that was measured."""
    return context.say(
        "optimization.rule.found", metric=context.say(f"optimization.rule.metric.{rule.metric}"),
        measured=amount(context, rule.metric, measured), condition=condition(context, rule),
    )  # fmt: skip


def amount(context: ToolContext, metric: str, value: Decimal | None) -> str:
    """A figure as its metric is read: money, a ratio, percent, or a count."""
    if value is None:
        return "—"
    if metric in MONEY:
        return money(context, value.quantize(Decimal("0.01")))
    if metric == "roas":
        return ratio(value)
    return f"{value:.2f}%" if metric == "ctr" else f"{value.normalize():f}"


def rule_line(context: ToolContext, rule: Rule) -> str:
    state = "optimization.rule.on" if rule.enabled else "optimization.rule.off"
    checked = rule.last_checked_at
    return context.say(
        "optimization.rule.line", ref=rule.ref, name=rule.name, sentence=sentence(context, rule),
        state=context.say(state), version=rule.version,
        checked=f"{checked.astimezone(context.timezone):%m-%d %H:%M}" if checked else "—",
    )  # fmt: skip


def check_line(context: ToolContext, rule: Rule, check: RuleCheck) -> str:
    """One line of the log."""
    at = check.at.astimezone(context.timezone)
    return f"{at:%m-%d %H:%M} {outcome_line(context, rule, check)}"


def outcome_line(context: ToolContext, rule: Rule, check: RuleCheck) -> str:
    measured = amount(context, rule.metric, check.value)
    what = result(context, rule, check.outcome, check.details)
    return f"{check.ad_set} · {measured} · {what}"


def result(context: ToolContext, rule: Rule, outcome: Outcome, details: Mapping[str, Any]) -> str:
    """What was done, or why not."""
    return context.say(
        f"optimization.rule.outcome.{outcome.value}",
        action=change(context, rule, details),
        approval=details.get("approval", "—"),
        reason=reason(context, details),
    )


def reason(context: ToolContext, details: Mapping[str, Any]) -> str:
    if "reason" not in details:
        return "—"
    return context.say(details["reason"], **details["values"])


def change(context: ToolContext, rule: Rule, details: Mapping[str, Any]) -> str:
    """The action with the budget before and after, when it has one."""
    planned = details.get("plan")
    if not planned or planned["changes"][0]["field"] == "status":
        return action(context, rule)
    step = planned["changes"][0]
    return context.say(
        "optimization.rule.budget", action=action(context, rule),
        before=money(context, step["before"]), after=money(context, step["after"]),
    )  # fmt: skip


def _window(context: ToolContext, time_range: str) -> str:
    unit = "days" if time_range.endswith("d") else "hours"
    return context.say(f"optimization.rule.window.{unit}", n=int(time_range[:-1]))
