"""Rules to begin with, kept as data beside this file."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.conditions import Condition, Goal, goals, with_goal
from tools.context import ToolContext
from tools.optimization.condition_text import condition_text
from tools.optimization.drafting import Draft
from tools.optimization.errors import TemplateNotFound
from tools.optimization.guard_text import guards_line
from tools.optimization.guards import Guards
from tools.reading.conditions import condition

_FILE = Path(__file__).parent / "templates.yaml"


@cache
def templates() -> Mapping[str, Draft]:
    """By name."""
    content: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        name: Draft(
            condition=condition(each["condition"]), action=each["action"],
            step=Decimal(each["step"]) if "step" in each else None,
            guards=Guards.model_validate(each.get("guards", {})),
        )
        for name, each in content.items()
    }  # fmt: skip


def template(
    context: ToolContext, name: str, *, campaign: str | None, target: Decimal | None
) -> Draft:
    """A draft by a template; `target` takes the place of the campaign's own. Raises
    TemplateNotFound."""
    key = name.lower().replace("-", "_")
    found = templates().get(key) or _by_title(context, name)
    if found is None:
        raise TemplateNotFound(name, [*templates()])
    drafted = replace(found, campaign=campaign, name=_title(context, found))
    return drafted if target is None else _against(drafted, target)


def is_template(context: ToolContext, name: str) -> bool:
    return name.lower().replace("-", "_") in templates() or _by_title(context, name) is not None


def template_lines(context: ToolContext) -> list[str]:
    lines: list[str] = []
    for name, draft in templates().items():
        action = context.say(f"optimization.rule.action.{draft.action}", percent=f"{draft.step}%")
        lines.append(context.say(
            "optimization.template.line", name=name, title=_title(context, draft),
            condition=condition_text(context, draft.condition), action=action,
        ))  # fmt: skip
        own = guards_line(context, draft.guards, own_only=True)
        lines += [f"  {own}"] if own else []
    return lines


def _by_title(context: ToolContext, title: str) -> Draft | None:
    return next((each for each in templates().values() if _title(context, each) == title), None)


def _title(context: ToolContext, draft: Draft) -> str:
    name = next(name for name, each in templates().items() if each.condition == draft.condition)
    return context.say(f"optimization.template.title.{name}")


def _against(draft: Draft, target: Decimal) -> Draft:
    """The number in place of the target CPA, or of the target ROAS where that is what it has."""
    goal = Goal.roas if Goal.roas in goals(draft.condition) else Goal.cpa
    held: Condition = with_goal(draft.condition, goal, target)
    guards, times = draft.guards, draft.guards.minimum_spend_targets
    if goal is Goal.cpa and times is not None:
        amount = (times * target).quantize(Decimal("0.01"))
        guards = guards.model_copy(update={"minimum_spend_targets": None, "minimum_spend": amount})
    return replace(draft, condition=held, guards=guards)
