"""What a rule is, out of its row and its versions."""

from collections.abc import Mapping
from typing import Any

from storage.tables.optimization import Rule
from tools.conditions import Condition, as_json, comparisons, from_json, plain
from tools.optimization.guards import Guards
from tools.reading.conditions import first_of


def condition_of(rule: Rule) -> Condition:
    """With a window for every figure."""
    return from_json(rule.condition)


def guards_of(rule: Rule) -> Guards:
    return Guards.model_validate(rule.guards)


def definition_of(rule: Rule) -> dict[str, Any]:
    """As versions keep it; metric, operator and value are those of the first comparison."""
    condition = condition_of(rule)
    first, said = next(comparisons(condition)), first_of(condition)
    return {
        "rule": rule.ref, "name": rule.name, "enabled": rule.enabled, "version": rule.version,
        "metric": said["metric"], "operator": said["operator"], "value": plain(said["value"]),
        "time_range": first.left.window, "action": rule.action,
        "action_value": plain(rule.action_value) if rule.action_value else None,
        "campaign": rule.campaign, "condition": as_json(condition), "guards": rule.guards,
    }  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which parts of two definitions are not the same, each guard by itself."""
    parts = [
        name
        for name in ("name", "enabled", "condition", "action", "action_value", "campaign")
        if before[name] != after[name]
    ]
    guards = [Guards.model_validate(each["guards"]).model_dump() for each in (before, after)]
    return [*parts, *(name for name in guards[0] if guards[0][name] != guards[1][name])]
