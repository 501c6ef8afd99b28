"""Rules, their checks and what they did, in words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from storage.tables.optimization import Outcome, Rule, RuleCheck
from tools.campaigns.service import money
from tools.conditions import figures, plain
from tools.context import ToolContext
from tools.optimization.condition_text import amount, condition_text, measured_text
from tools.optimization.definitions import condition_of, guards_of
from tools.optimization.guard_text import guards_line

_ABOUT_MONEY = ("optimization.guard.waits.minimum_spend",)


def sentence(context: ToolContext, rule: Rule) -> str:
    """`近 24 小时 CPA 高于 ¥60 → 暂停广告组`, and where it looks."""
    scope = context.say("optimization.rule.everywhere") if not rule.campaign else rule.campaign
    return context.say(
        "optimization.rule.sentence", scope=scope, condition=condition(context, rule),
        action=action(context, rule),
    )  # fmt: skip


def condition(context: ToolContext, rule: Rule) -> str:
    return condition_text(context, condition_of(rule))


def action(context: ToolContext, rule: Rule) -> str:
    percent = f"{plain(rule.action_value or Decimal(0))}%"
    return context.say(f"optimization.rule.action.{rule.action}", percent=percent)


def found(context: ToolContext, rule: Rule, measured: Sequence[Mapping[str, Any]]) -> str:
    """The condition with the figures that were measured."""
    return context.say(
        "optimization.rule.found", measured=measured_text(context, condition_of(rule), measured),
        condition=condition(context, rule),
    )  # fmt: skip


def rule_line(context: ToolContext, rule: Rule) -> str:
    state = "optimization.rule.on" if rule.enabled else "optimization.rule.off"
    checked = rule.last_checked_at
    return context.say(
        "optimization.rule.line", ref=rule.ref, name=rule.name, sentence=sentence(context, rule),
        state=context.say(state), version=rule.version,
        checked=f"{checked.astimezone(context.timezone):%m-%d %H:%M}" if checked else "—",
    )  # fmt: skip


def rule_guards(context: ToolContext, rule: Rule) -> str:
    return guards_line(context, guards_of(rule))


def check_line(context: ToolContext, rule: Rule, check: RuleCheck) -> str:
    """One line of the log."""
    at = check.at.astimezone(context.timezone)
    return f"{at:%m-%d %H:%M} {outcome_line(context, rule, check)}"


def outcome_line(context: ToolContext, rule: Rule, check: RuleCheck) -> str:
    what = result(context, rule, check.outcome, check.details)
    return f"{check.ad_set} · {_measured(context, rule, check)} · {what}"


def result(context: ToolContext, rule: Rule, outcome: Outcome, details: Mapping[str, Any]) -> str:
    """What was done, or why not."""
    kind = (
        "no_data_because" if outcome is Outcome.no_data and "reason" in details else outcome.value
    )
    return context.say(
        f"optimization.rule.outcome.{kind}",
        action=change(context, rule, details),
        approval=details.get("approval", "—"),
        reason=reason(context, details),
    )


def reason(context: ToolContext, details: Mapping[str, Any]) -> str:
    if "reason" not in details:
        return "—"
    values = details["values"]
    if details["reason"] in _ABOUT_MONEY:
        values = values | {name: money(context, values[name]) for name in ("least", "have")}
    return context.say(details["reason"], **values)


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


def _measured(context: ToolContext, rule: Rule, check: RuleCheck) -> str:
    """One figure alone needs no name: its rule stands above it."""
    measured = check.details.get("measured", [])
    if len(measured) > 1 and check.version == rule.version:
        return measured_text(context, condition_of(rule), measured)
    first = measured[0]["metric"] if measured else next(figures(condition_of(rule))).metric
    return amount(context, first, check.value)
