"""What a person once wished for, applied: it fills what they leave open, never what they say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from agent.contract import Plan, PlannedCall
from memory.preferences import Preferences
from tools.context import ToolContext
from tools.spec import ToolSpec

# Lists that a wish such as "我只看 Meta" narrows.
_NARROWED = frozenset({"list_campaigns", "list_creatives"})


def wished(preferences: Preferences) -> dict[str, Any]:
    """The arguments that the person's wishes give."""
    values = {
        "platform": preferences.platform,
        "period": preferences.report_period,
        "format": preferences.report_format,
    }
    return {name: value for name, value in values.items() if value is not None}


def completed(plan: Plan, preferences: Preferences, tools: Mapping[str, ToolSpec]) -> Plan:
    """The plan, with the question answered that a wish answers, and lists narrowed."""
    given = wished(preferences)
    if not given:
        return plan
    if plan.ask is not None and plan.ask.argument in given:
        call = plan.ask.call
        filled = replace(call, args=call.args | {plan.ask.argument: given[plan.ask.argument]})
        return replace(plan, ask=None, calls=(filled,)) if _whole(filled, tools) else plan
    return replace(plan, calls=tuple(_narrowed(call, given) for call in plan.calls))


def context_for(tool: str, context: ToolContext, preferences: Preferences) -> ToolContext:
    """Reports come in the language that was wished for."""
    language = preferences.report_language
    if language is None or not tool.endswith("_report") or tool == "schedule_report":
        return context
    return replace(context, language=language)


def _whole(call: PlannedCall, tools: Mapping[str, ToolSpec]) -> bool:
    try:
        tools[call.tool].arguments.model_validate(call.args)
    except (KeyError, ValidationError):
        return False
    return True


def _narrowed(call: PlannedCall, given: Mapping[str, Any]) -> PlannedCall:
    if call.tool not in _NARROWED or "platform" in call.args or "platform" not in given:
        return call
    return replace(call, args=call.args | {"platform": given["platform"]})
