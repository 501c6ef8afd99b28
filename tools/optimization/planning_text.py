"""What an approver is told of a test's chances before it begins."""

from collections.abc import Sequence

from tools.campaigns.service import money
from tools.context import ToolContext
from tools.optimization.planning import PAST_DAYS, Forecast, Horizon


def planning_lines(
    context: ToolContext, found: Forecast | None, planned: Horizon
) -> Sequence[str]:  # fmt: skip
    """What may be expected, what is too little, and when it is looked at."""
    looks = context.say("optimization.plan.looks", n=planned.looks)
    if found is None:
        return context.say("optimization.plan.unknown", days=PAST_DAYS), looks
    lines = [
        context.say(
            "optimization.plan.expected", trials=f"{found.trials:,}", days=PAST_DAYS,
            conversions=f"{found.conversions:,.0f}",
        )
    ]  # fmt: skip
    if not found.enough:
        lines.append(
            context.say(
                "optimization.plan.too_little", n=found.days, budget=money(context, found.budget)
            )
        )
    if found.blunt:
        lines.append(_blunt(context, found))
    elif found.smallest is not None:
        lines.append(context.say("optimization.plan.smallest", smallest=f"{found.smallest:.0%}"))
    return *lines, looks


def _blunt(context: ToolContext, found: Forecast) -> str:
    if found.smallest is None:
        return context.say("optimization.plan.blind", n=found.days_to_find)
    return context.say(
        "optimization.plan.blunt", smallest=f"{found.smallest:.0%}", n=found.days_to_find
    )
