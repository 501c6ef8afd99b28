"""manage_campaign: start and delete by approval, pause at once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from storage.tables.campaign import Campaign
from tools.campaigns.arguments import ManageCampaign
from tools.campaigns.changes import apply, look
from tools.campaigns.failures import AlreadyRunning
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Change, ChangePlan, Fact
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.spending import State, foresee
from tools.campaigns.wording import money, status_name
from tools.context import ToolContext
from tools.result import Proposal, ToolResult

_ON, _OFF = DeliveryStatus.active.value, DeliveryStatus.paused.value


async def propose_management(context: ToolContext, arguments: ManageCampaign) -> Proposal:
    """Start or delete. Raises CampaignNotFound, CampaignDeleted, AlreadyRunning, LimitReached."""
    campaign, state = await look(context, arguments.campaign)
    if arguments.action == "delete":
        return _deletion(context, campaign, state)
    proposal = _start(context, campaign, state)
    changes = ChangePlan.model_validate(proposal.plan).changes
    await foresee(context, campaign, state, changes)
    return proposal


async def execute_management(context: ToolContext, stored: dict[str, Any]) -> ToolResult:
    plan = ChangePlan.model_validate(stored)
    unfinished = await apply(context, plan)
    if unfinished:
        return unfinished
    campaign = await CampaignService.of(context).get(plan.campaign)
    deleted = plan.changes[0].after == DeliveryStatus.deleted
    key = "campaigns.manage.deleted" if deleted else "campaigns.manage.started"
    return _result(context, campaign, key)


async def pause(context: ToolContext, arguments: ManageCampaign) -> ToolResult:
    """Stop spending at once. Pausing a paused campaign says so and makes sure."""
    campaign, state = await look(context, arguments.campaign)
    before = state[campaign.ref, "status"]
    change = Change(ref=campaign.ref, field="status", before=_ON, after=_OFF)
    await apply(context, ChangePlan(campaign=campaign.ref, changes=(change,)))
    key = "campaigns.manage.paused" if before == _ON else "campaigns.manage.was_paused"
    return _result(context, await CampaignService.of(context).get(campaign.ref), key)


def _start(context: ToolContext, campaign: Campaign, state: State) -> Proposal:
    """A paused campaign goes on with the ad sets that are switched on; ad sets that were switched
    off go on again when the campaign runs already, or when none would run otherwise."""
    running = state[campaign.ref, "status"] == _ON
    on = [row.ref for row in campaign.ad_sets if state.get((row.ref, "status")) == _ON]
    off = [row.ref for row in campaign.ad_sets if state.get((row.ref, "status")) == _OFF]
    if running and not off:
        raise AlreadyRunning(campaign.ref)
    woken = off if running or not on else []
    starting = woken or on
    refs = [*([] if running else [campaign.ref]), *woken]
    changes = [Change(ref=ref, field="status", before=_OFF, after=_ON) for ref in refs]
    return Proposal(
        summary=context.say("campaigns.manage.start", ref=campaign.ref, name=campaign.name),
        lines=_start_lines(context, campaign, state, starting),
        daily_cost=_budget(state, starting),
        plan=ChangePlan(
            campaign=campaign.ref, changes=tuple(changes), seen=_spending_facts(campaign, state)
        ).model_dump(mode="json"),
    )


def _start_lines(
    context: ToolContext, campaign: Campaign, state: State, starting: Sequence[str]
) -> tuple[str, ...]:
    """Who begins to spend how much, and who stays off."""
    lines = [
        context.say(
            "campaigns.manage.starts", ref=row.ref, name=row.name,
            budget=money(context, state[row.ref, "daily_budget"]),
        )
        for row in campaign.ad_sets
        if row.ref in starting
    ]  # fmt: skip
    stays_off = [
        row.ref
        for row in campaign.ad_sets
        if row.ref not in starting and state.get((row.ref, "status")) == _OFF
    ]
    if stays_off:
        lines.append(
            context.say(
                "campaigns.manage.stays_off", ad_sets=", ".join(stays_off), ref=campaign.ref
            )
        )
    return tuple(lines)


def _deletion(context: ToolContext, campaign: Campaign, state: State) -> Proposal:
    before = state[campaign.ref, "status"]
    on = [row.ref for row in campaign.ad_sets if state.get((row.ref, "status")) == _ON]
    change = Change(
        ref=campaign.ref, field="status", before=before, after=DeliveryStatus.deleted.value
    )
    return Proposal(
        summary=context.say("campaigns.manage.delete", ref=campaign.ref, name=campaign.name),
        lines=(
            context.say("campaigns.manage.delete_from", status=status_name(context, before)),
            context.say("campaigns.manage.delete_is_final", ref=campaign.ref),
        ),
        daily_cost=_budget(state, on) if before == _ON else Decimal(0),
        plan=ChangePlan(campaign=campaign.ref, changes=(change,)).model_dump(mode="json"),
    )


def _budget(state: State, refs: Sequence[str]) -> Decimal:
    return sum((Decimal(state[ref, "daily_budget"]) for ref in refs), Decimal(0))


def _spending_facts(campaign: Campaign, state: State) -> tuple[Fact, ...]:
    """Every switch and budget below the campaign: together they are what starting it costs."""
    return tuple(
        Fact(ref=ref, field=field, value=value)
        for (ref, field), value in state.items()
        if ref != campaign.ref
    )


def _result(context: ToolContext, campaign: Campaign, key: str) -> ToolResult:
    text = context.say(
        key, ref=campaign.ref, name=campaign.name, budget=money(context, campaign.daily_budget)
    )
    data = {"campaign": campaign.ref, "new_status": campaign.status.value}
    return ToolResult(status="ok", text=text, data=data, shown=(campaign.ref,))
