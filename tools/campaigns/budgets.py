"""set_budget: a new amount, a percentage or a difference, for one ad set or a whole campaign."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from storage.tables.campaign import AdSet, Campaign
from tools.campaigns.arguments import SetBudget
from tools.campaigns.changes import apply, look
from tools.campaigns.failures import AdSetNotFound, BudgetUnchanged, NothingRuns
from tools.campaigns.limits import LEARNING, Step, check_pace, check_steps
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Change, ChangePlan
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.spending import State, foresee, state_in_rows
from tools.campaigns.splitting import in_proportion, to_unit, unit_of
from tools.campaigns.wording import change_line, money, percent
from tools.context import ToolContext
from tools.result import Proposal, ToolResult

_HUNDRED = Decimal(100)


async def propose_budget(context: ToolContext, arguments: SetBudget) -> Proposal:
    """Raises CampaignNotFound, AdSetNotFound, CampaignDeleted, NothingRuns, BudgetUnchanged, and
    what the limits refuse."""
    campaign, state = await look(context, _campaign_ref(arguments))
    ad_sets = _touched(campaign, arguments.ad_set, state)
    before = [Decimal(state[row.ref, "daily_budget"]) for row in ad_sets]
    total = sum(before, Decimal(0))
    ref = arguments.ad_set or campaign.ref
    wished = to_unit(max(_wished(arguments, total), Decimal(0)), context.currency)
    after = in_proportion(wished, before, unit_of(context.currency))
    steps = [
        Step(ad_set=row, before=old, after=new)
        for row, old, new in zip(ad_sets, before, after, strict=True)
        if old != new
    ]
    if not steps:
        raise BudgetUnchanged(ref, money(context, total))
    await check_steps(context, ref, steps, minimum=_minimum(context, campaign))
    return _proposal(context, campaign, ref, steps, total, sum(after, Decimal(0)))


async def execute_budget(context: ToolContext, stored: dict[str, Any]) -> ToolResult:
    plan = ChangePlan.model_validate(stored)
    await check_plan(context, plan)
    unfinished = await apply(context, plan)
    if unfinished:
        return unfinished
    shown = (plan.campaign, *(change.ref for change in plan.changes))
    lines = [context.say("campaigns.budget.done", ref=plan.campaign)]
    lines += [change_line(context, change) for change in plan.changes]
    data = {"campaign": plan.campaign, "changes": [c.model_dump() for c in plan.changes]}
    return ToolResult(status="ok", text="\n".join(lines), data=data, shown=shown)


async def check_plan(context: ToolContext, plan: ChangePlan) -> None:
    """Hold every change of a plan against the limits, right before it is carried out: other orders
    may have been carried out since it was proposed."""
    campaign = await CampaignService.of(context).get(plan.campaign)
    ad_sets = {row.ref: row for row in campaign.ad_sets}
    steps = [
        Step(ad_set=ad_sets[each.ref], before=Decimal(each.before), after=Decimal(each.after))
        for each in plan.changes
        if each.field == "daily_budget"
    ]
    minimum = _minimum(context, campaign)
    await check_pace(context, plan.campaign, steps, minimum=minimum, undoing=plan.undoing)
    await foresee(context, campaign, state_in_rows(campaign), plan.changes)


def _minimum(context: ToolContext, campaign: Campaign) -> Decimal:
    return CampaignService.of(context).platform(campaign).min_daily_budget


def change_of(step: Step, why: str = "") -> Change:
    return step.change(why)


def _campaign_ref(arguments: SetBudget) -> str:
    if arguments.campaign is not None:
        return arguments.campaign
    assert arguments.ad_set is not None
    return f"C-{arguments.ad_set.removeprefix('A-').split('.')[0]}"


def _touched(campaign: Campaign, ad_set: str | None, state: State) -> list[AdSet]:
    """The named ad set, or all that are switched on."""
    if ad_set is not None:
        found = [row for row in campaign.ad_sets if row.ref == ad_set]
        if not found:
            raise AdSetNotFound(ad_set, [row.ref for row in campaign.ad_sets])
        return found
    on = [
        row for row in campaign.ad_sets if state.get((row.ref, "status")) == DeliveryStatus.active
    ]
    if not on:
        raise NothingRuns(campaign.ref)
    return on


def _wished(arguments: SetBudget, total: Decimal) -> Decimal:
    if arguments.daily_budget is not None:
        return arguments.daily_budget
    if arguments.change_percent is not None:
        return total * (_HUNDRED + arguments.change_percent) / _HUNDRED
    assert arguments.change_amount is not None
    return total + arguments.change_amount


def _proposal(
    context: ToolContext, campaign: Campaign, ref: str, steps: Sequence[Step],
    before: Decimal, after: Decimal,
) -> Proposal:  # fmt: skip
    change = (after - before) / before * _HUNDRED
    changes = tuple(change_of(step) for step in steps)
    lines = [change_line(context, each) for each in changes]
    if abs(change) > LEARNING:
        lines.append(context.say("campaigns.budget.learning"))
    return Proposal(
        summary=context.say(
            "campaigns.budget.summary", ref=ref, before=money(context, before),
            after=money(context, after), change=percent(change),
        ),
        lines=tuple(lines),
        daily_cost=sum((each.moved for each in changes), Decimal(0)),
        plan=ChangePlan(campaign=campaign.ref, changes=changes).model_dump(mode="json"),
    )  # fmt: skip
