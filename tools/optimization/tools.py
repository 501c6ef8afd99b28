"""The optimisation tools of the contract."""

from decimal import Decimal
from typing import Any

from config.roles import Role
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.service import (
    Change,
    ChangePlan,
    Fact,
    apply,
    change_line,
    change_of,
    check_plan,
    money,
)
from tools.context import ToolContext
from tools.optimization.ab_tests import execute_ab_test, propose_ab_test
from tools.optimization.arguments import (
    AnalyzeAbTest,
    CreateAbTest,
    CreateRule,
    ListRules,
    OptimizeBudget,
    SetRuleEnabled,
)
from tools.optimization.errors import NothingToChange
from tools.optimization.finishing import analyze_ab_test
from tools.optimization.reviewing import Review, Suggestion, review
from tools.optimization.rules import Move
from tools.optimization.ruling import create_rule, list_rules, set_rule_enabled
from tools.optimization.wording import line
from tools.result import Proposal, ToolResult
from tools.spec import Risk, ToolSpec, always


async def optimize_budget(context: ToolContext, arguments: OptimizeBudget) -> ToolResult:
    """What the rules would change, without changing anything."""
    found = await review(context, arguments.campaign, arguments.target_metric)
    ref = found.campaign.ref
    lines = [context.say("optimization.title", ref=ref, name=found.campaign.name)]
    lines += [f"· {line(context, row, rec, arguments.target_metric)}" for row, rec in found.records]
    if found.suggestions:
        lines += ["", context.say("optimization.suggestions", n=len(found.suggestions))]
        lines += [
            f"{place}. {_sentence(context, each)}"
            for place, each in enumerate(found.suggestions, start=1)
        ]
    else:
        lines += ["", context.say("optimization.no_suggestions")]
    lines += found.notes
    if found.suggestions:
        lines.append(context.say("optimization.how_to_apply", ref=ref))
    shown = (ref, *(row.ref for row, _ in found.records))
    return ToolResult(status="ok", text="\n".join(lines), data=_data(found), shown=shown)


async def propose_optimization(context: ToolContext, arguments: OptimizeBudget) -> Proposal:
    """All suggested changes together. Raises NothingToChange beside what `review` raises."""
    found = await review(context, arguments.campaign, arguments.target_metric)
    ref = found.campaign.ref
    if not found.suggestions:
        notes = [context.say("optimization.no_suggestions"), *found.notes]
        raise NothingToChange(ref, "\n".join(notes))
    lines = [_sentence(context, each) for each in found.suggestions]
    if any(each.advice.move is Move.pause for each in found.suggestions):
        lines.append(context.say("optimization.pause_can_be_undone", ref=ref))
    return Proposal(
        summary=context.say("optimization.summary", ref=ref, n=len(found.suggestions)),
        lines=(*lines, *found.notes),
        daily_cost=sum((_moved(each) for each in found.suggestions), Decimal(0)),
        plan=_plan(found).model_dump(mode="json"),
    )


async def execute_optimization(context: ToolContext, stored: dict[str, Any]) -> ToolResult:
    plan = ChangePlan.model_validate(stored)
    await check_plan(context, plan)
    unfinished = await apply(context, plan)
    if unfinished:
        return unfinished
    shown = (plan.campaign, *(change.ref for change in plan.changes))
    lines = [context.say("optimization.done", ref=plan.campaign)]
    lines += [_done(context, change) for change in plan.changes]
    lines.append(context.say("optimization.how_to_undo", undo=_undo(context, plan)))
    data = {"campaign": plan.campaign, "changes": [c.model_dump() for c in plan.changes]}
    return ToolResult(status="ok", text="\n".join(lines), data=data, shown=shown)


def _sentence(context: ToolContext, each: Suggestion) -> str:
    return context.say(
        f"optimization.{each.advice.move.name}", ref=each.ad_set.ref, why=each.why,
        before=money(context, each.before), after=money(context, each.advice.budget),
    )  # fmt: skip


def _moved(each: Suggestion) -> Decimal:
    """The daily money that the change adds, takes away or stops."""
    return abs(each.advice.budget - each.before)


def _plan(found: Review) -> ChangePlan:
    running = DeliveryStatus.active.value
    return ChangePlan(
        campaign=found.campaign.ref,
        changes=tuple(_change(each) for each in found.suggestions),
        seen=(Fact(ref=found.campaign.ref, field="status", value=running),),
    )


def _change(each: Suggestion) -> Change:
    if each.advice.move is not Move.pause:
        return change_of(each.step, each.why)
    return Change(
        ref=each.ad_set.ref, field="status", before=DeliveryStatus.active.value,
        after=DeliveryStatus.paused.value, why=each.why,
    )  # fmt: skip


def _done(context: ToolContext, change: Change) -> str:
    if change.field == "status":
        return context.say("optimization.done_pause", ref=change.ref)
    return change_line(context, change)


def _undo(context: ToolContext, plan: ChangePlan) -> str:
    """What to say to get back to where we were, one order per changed ad set."""
    orders = [
        context.say("optimization.undo_budget", ref=each.ref, before=money(context, each.before))
        for each in plan.changes
        if each.field == "daily_budget"
    ]
    if any(each.field == "status" for each in plan.changes):
        orders.insert(0, context.say("optimization.undo_pause", ref=plan.campaign))
    return context.say("campaigns.joint").join(orders)


def _data(found: Review) -> dict[str, Any]:
    return {
        "campaign": found.campaign.ref,
        "optimizations": [_suggestion_data(each) for each in found.suggestions],
        "notes": list(found.notes),
        "ad_sets": [
            {"ad_set": row.ref, "last_7_days": rec.week.as_json()} for row, rec in found.records
        ],
    }


def _suggestion_data(each: Suggestion) -> dict[str, str]:
    names = {
        Move.pause: "pause",
        Move.decrease: "decrease_budget",
        Move.increase: "increase_budget",
    }
    return {
        "ad_set": each.ad_set.ref, "action": names[each.advice.move],
        "old_budget": f"{each.before:.2f}", "new_budget": f"{each.advice.budget:.2f}",
        "reason": each.why,
    }  # fmt: skip


def _risk(arguments: OptimizeBudget) -> Risk:
    return Risk.money if arguments.apply else Risk.read


SPECS = (
    ToolSpec(
        name="optimize_budget", arguments=OptimizeBudget, role=Role.manager, risk=_risk,
        run=optimize_budget, propose=propose_optimization, execute=execute_optimization,
    ),
    ToolSpec(
        name="create_ab_test", arguments=CreateAbTest, role=Role.manager, risk=always(Risk.money),
        propose=propose_ab_test, execute=execute_ab_test,
    ),
    ToolSpec(
        name="analyze_ab_test", arguments=AnalyzeAbTest, role=Role.manager,
        risk=always(Risk.read), run=analyze_ab_test,
    ),
    ToolSpec(
        name="create_rule", arguments=CreateRule, role=Role.manager, risk=always(Risk.write),
        run=create_rule,
    ),
    ToolSpec(
        name="list_rules", arguments=ListRules, role=Role.manager, risk=always(Risk.read),
        run=list_rules,
    ),
    ToolSpec(
        name="set_rule_enabled", arguments=SetRuleEnabled, role=Role.manager,
        risk=always(Risk.write), run=set_rule_enabled,
    ),
)  # fmt: skip
