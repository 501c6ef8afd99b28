"""Reasons and notes of the optimiser, in people's words."""

from collections.abc import Sequence

from config.errors import UserFacingError
from storage.tables.campaign import AdSet, Campaign
from tools.arguments import TargetMetric
from tools.campaigns.service import money, ratio
from tools.context import ToolContext
from tools.optimization.rules import Move, Record, Targets
from tools.optimization.sharing import Shared
from tools.optimization.sharing_text import per_unit


def reason(context: ToolContext, record: Record, targets: Targets, move: Move) -> str:
    """Why this move: the figure and what it was held against."""
    if move is Move.pause:
        return context.say("optimization.why.pause", spend=money(context, record.recent_spend))
    if move is Move.decrease:
        return context.say(
            "optimization.why.decrease", cpa=money(context, record.week.cpa),
            target=money(context, targets.cpa),
        )  # fmt: skip
    return context.say(
        "optimization.why.increase", roas=ratio(record.week.roas), target=ratio(targets.roas)
    )


def reason_to_move(context: ToolContext, shared: Shared, ad_set: str, metric: TargetMetric) -> str:
    """What more money would bring here, beside where it brings least or most."""
    more = {name: shared.outlook.ad_sets[name].next_unit for name in shared.after}
    if not more[ad_set]:
        return context.say("optimization.why.full")
    raised = shared.after[ad_set] > shared.before[ad_set]
    other = (min if raised else max)(more, key=lambda name: more[name])
    mine = per_unit(context, metric, more[ad_set])
    if (more[ad_set] > more[other]) is not raised:
        return context.say("optimization.why.returns", **mine)
    key = "optimization.why.returns_more" if raised else "optimization.why.returns_less"
    return context.say(
        key, **mine, other=other, theirs=per_unit(context, metric, more[other])["returned"]
    )


def line(context: ToolContext, ad_set: AdSet, record: Record, metric: TargetMetric) -> str:
    """One ad set with the figures of its week, the asked metric first."""
    return context.say(
        f"optimization.line_{metric}", ref=ad_set.ref, name=ad_set.name,
        budget=money(context, record.budget), spend=money(context, record.week.spend),
        roas=ratio(record.week.roas), cpa=money(context, record.week.cpa),
        conversions=record.week.conversions,
    )  # fmt: skip


def note_no_target(context: ToolContext, campaign: Campaign, metric: TargetMetric) -> Sequence[str]:
    """Which rules are off for want of a target, that of the asked metric first."""
    missing = [
        name
        for name, target in (("roas", campaign.target_roas), ("cpa", campaign.target_cpa))
        if target is None
    ]
    missing.sort(key=lambda name: name != metric)
    return [context.say(f"optimization.no_target_{name}", ref=campaign.ref) for name in missing]


def note_waiting(context: ToolContext, ad_set: AdSet, record: Record) -> str:
    return context.say(
        "optimization.waiting", ref=ad_set.ref, spend=money(context, record.recent_spend)
    )


def note_held_back(context: ToolContext, ad_set: AdSet, error: UserFacingError) -> str:
    why = context.say(error.key, **error.values)
    return context.say("optimization.held_back", ref=ad_set.ref, reason=why)
