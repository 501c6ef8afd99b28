"""Taking back switches and budgets. What spends less again is done at once; what spends more
again is proposed, as any other order that costs money."""

from collections.abc import Mapping
from decimal import Decimal

from config.errors import NotAllowed
from storage.tables.change import ChangeRecord
from tools.campaigns.budgets import check_plan
from tools.campaigns.changes import apply, look
from tools.campaigns.plans import Change, ChangePlan
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.spending import State
from tools.campaigns.wording import change_line
from tools.context import ToolContext
from tools.result import Proposal, ToolResult
from tools.undo import Undo


class ChangedAgain(NotAllowed):
    """Somebody changed it since, so that going back would undo their work too."""

    def __init__(self, ref: str) -> None:
        super().__init__("campaigns.undo.changed_again", ref=ref)


async def undo_changes(context: ToolContext, record: ChangeRecord) -> ToolResult | Proposal:
    """Raises ChangedAgain, CampaignDeleted, what the limits refuse, and what the platform does."""
    made = ChangePlan.model_validate(record.before)
    _, state = await look(context, made.campaign)
    back = ChangePlan(campaign=made.campaign, changes=_reversed(made, state), undoing=True)
    await check_plan(context, back)
    lines = tuple(change_line(context, each) for each in back.changes)
    cost = sum((_cost(each, state) for each in back.changes), Decimal(0))
    if cost > 0:
        summary = context.say("campaigns.undo.summary", ref=made.campaign)
        plan = back.model_dump(mode="json")
        return Proposal(summary=summary, lines=lines, daily_cost=cost, plan=plan)
    unfinished = await apply(context, back)
    if unfinished:
        return unfinished
    text = "\n".join([context.say("campaigns.undo.done", ref=made.campaign), *lines])
    shown = (made.campaign, *(each.ref for each in back.changes))
    return ToolResult(status="ok", text=text, shown=shown, data={"campaign": made.campaign})


def _reversed(made: ChangePlan, state: State) -> tuple[Change, ...]:
    """The way back, last change first; what was never carried out, or is back already, needs
    none."""
    back: list[Change] = []
    for change in reversed(made.changes):
        now = state.get((change.ref, change.field))
        if now == change.after and now != change.before:
            before, after = change.after, change.before
            back.append(Change(ref=change.ref, field=change.field, before=before, after=after))
        elif now != change.before:
            raise ChangedAgain(change.ref)
    return tuple(back)


def _cost(change: Change, state: State) -> Decimal:
    """What the change adds to a day's spend; nothing when it spends less."""
    if change.field == "daily_budget":
        return max(Decimal(change.after) - Decimal(change.before), Decimal(0))
    if change.after != DeliveryStatus.active:
        return Decimal(0)
    own = state.get((change.ref, "daily_budget"))
    if own is not None:
        return Decimal(own)
    # A campaign starts all ad sets that are switched on.
    return sum(
        (
            Decimal(state[ref, "daily_budget"])
            for ref, field in state
            if field == "status" and ref != change.ref and state[ref, field] == change.after
        ),
        Decimal(0),
    )


UNDO: Mapping[str, Undo] = {
    "campaign.status": Undo(run=undo_changes, tool="manage_campaign"),
    "campaign.budget": Undo(run=undo_changes, tool="set_budget"),
}
