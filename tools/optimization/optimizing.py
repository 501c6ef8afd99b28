"""optimize_budget: looking, proposing, carrying out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

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
from tools.optimization.allocation import LIKELY
from tools.optimization.arguments import OptimizeBudget
from tools.optimization.errors import NothingToChange
from tools.optimization.pictures import budget_picture
from tools.optimization.reviewing import Review, Suggestion, review
from tools.optimization.rules import Move
from tools.optimization.sharing import NEEDED_CONVERSIONS, NEEDED_DAYS
from tools.optimization.sharing_text import explanation, method
from tools.optimization.wording import line
from tools.result import Attachment, Offer, Proposal, ToolResult


async def optimize_budget(context: ToolContext, arguments: OptimizeBudget) -> ToolResult:
    """What would be changed, without changing anything."""
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
    lines += ["", *_explained(context, found), *found.notes]
    order = {"ref": ref, "metric": arguments.target_metric.upper()}
    if found.suggestions:
        lines.append(context.say("optimization.how_to_apply", **order))
    return ToolResult(
        status="ok", text="\n".join(lines), data=_data(found),
        shown=(ref, *(row.ref for row, _ in found.records)),
        attachments=await _pictures(context, found),
        offers=_offers(context, order) if found.suggestions else (),
    )  # fmt: skip


async def propose_optimization(context: ToolContext, arguments: OptimizeBudget) -> Proposal:
    """All suggested changes together. Raises NothingToChange beside what `review` raises."""
    found = await review(context, arguments.campaign, arguments.target_metric)
    ref = found.campaign.ref
    if not found.suggestions:
        notes = [
            context.say("optimization.no_suggestions"), *_explained(context, found), *found.notes
        ]  # fmt: skip
        raise NothingToChange(ref, "\n".join(notes))
    lines = [_sentence(context, each) for each in found.suggestions]
    if any(each.advice.move is Move.pause for each in found.suggestions):
        lines.append(context.say("optimization.pause_can_be_undone", ref=ref))
    return Proposal(
        summary=context.say("optimization.summary", ref=ref, n=len(found.suggestions)),
        lines=(*lines, *_explained(context, found), *found.notes),
        daily_cost=sum((_moved(each) for each in found.suggestions), Decimal(0)),
        plan=_plan(found).model_dump(mode="json"),
        attachments=await _pictures(context, found),
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


def _explained(context: ToolContext, found: Review) -> list[str]:
    """How it was judged, and two sentences when the curves moved something."""
    if found.test is not None:
        return []
    lines = [method(context, found.known, shared=found.shared is not None)]
    if found.shared is not None:
        lines += explanation(context, found.shared, found.after, found.metric)
    return lines


async def _pictures(context: ToolContext, found: Review) -> tuple[Attachment, ...]:
    if found.shared is None:
        return ()
    names = {row.ref: row.name for row, _ in found.records}
    picture = await budget_picture(
        context, found.campaign, found.shared, found.after, names, found.metric
    )
    return (picture,)


def _offers(context: ToolContext, order: Mapping[str, str]) -> tuple[Offer, ...]:
    send = context.say("optimization.apply_order", **order)
    return (Offer(label=context.say("optimization.apply"), send=send),)


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
    """What to say to get back to where we were: all at once, or one ad set."""
    orders = [
        context.say("optimization.undo_budget", ref=each.ref, before=money(context, each.before))
        for each in plan.changes
        if each.field == "daily_budget"
    ]
    if any(each.field == "status" for each in plan.changes):
        orders.insert(0, context.say("optimization.undo_pause", ref=plan.campaign))
    orders.insert(0, context.say("optimization.undo_all"))
    return context.say("campaigns.joint").join(orders)


def _data(found: Review) -> dict[str, Any]:
    known = found.known
    return {
        "campaign": found.campaign.ref,
        "optimizations": [_suggestion_data(each) for each in found.suggestions],
        "notes": list(found.notes),
        "ad_sets": [
            {"ad_set": row.ref, "last_7_days": rec.week.as_json()} for row, rec in found.records
        ],
        "method": "curves" if found.shared else "rules",
        "history": {
            "days": known.days, "conversions": known.conversions, "needed_days": NEEDED_DAYS,
            "needed_conversions": NEEDED_CONVERSIONS,
        },
        "expected": _expected_data(found),
    }  # fmt: skip


def _expected_data(found: Review) -> dict[str, Any] | None:
    """A day's revenue, or conversions, before and after all changes."""
    if found.shared is None:
        return None
    outlook = found.shared.outlook
    return {
        "measure": "revenue" if found.metric == "roas" else "conversions",
        "before": round(outlook.before, 2), "after": round(outlook.before + outlook.gain, 2),
        "gain_low": round(outlook.low, 2), "gain_high": round(outlook.high, 2),
        "chance": LIKELY,
    }  # fmt: skip


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
