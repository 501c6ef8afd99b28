"""A rule that is asked for, before it is one: what it would be, and whether it may be."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from storage.tables.campaign import Campaign, CampaignStatus
from storage.tables.optimization import Rule
from tools.campaigns.service import CampaignDeleted, CampaignService
from tools.conditions import (
    Comparison,
    Condition,
    Figure,
    Goal,
    as_json,
    as_text,
    comparisons,
    goals,
    over,
)
from tools.context import ToolContext
from tools.optimization.arguments import CreateRule
from tools.optimization.conditions import DEFAULT_STEP, MOST_PER_STEP
from tools.optimization.errors import (
    ComparedWithItself,
    ConditionDisagrees,
    NegativeThreshold,
    NoTarget,
    RuleStepTooLarge,
)
from tools.optimization.guards import Guards
from tools.reading.conditions import condition as read_condition
from tools.reading.conditions import first_of

BUDGET_ACTIONS = ("increase_budget", "decrease_budget")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`condition` has all its windows; `campaign` is C-1, None for every running one. Without a name
    it gets one that says what it does; `step` is a percentage."""

    condition: Condition
    action: str
    step: Decimal | None = None
    campaign: str | None = None
    name: str | None = None
    guards: Guards = field(default_factory=Guards)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A draft that may become a rule."""

    draft: Draft
    campaign: Campaign | None


def draft_of(arguments: CreateRule) -> Draft:
    """Raises ConditionUnclear, ConditionTooLong, ConditionDisagrees."""
    return Draft(
        condition=_condition(arguments), action=arguments.action, step=arguments.action_value,
        campaign=arguments.campaign, name=arguments.name,
    )  # fmt: skip


async def checked(context: ToolContext, draft: Draft) -> Checked:
    """Raises CampaignNotFound, CampaignDeleted, RuleStepTooLarge, NegativeThreshold, NoTarget."""
    if any(each.value < 0 for each in comparisons(draft.condition)):
        raise NegativeThreshold
    itself = next((each for each in comparisons(draft.condition) if each.left == each.right), None)
    if itself is not None:
        raise ComparedWithItself(as_text(itself))
    step = (draft.step or DEFAULT_STEP) if draft.action in BUDGET_ACTIONS else None
    if step and step > MOST_PER_STEP:
        raise RuleStepTooLarge(int(MOST_PER_STEP))
    draft = replace(draft, step=step)
    if draft.campaign is None:
        return Checked(draft=draft, campaign=None)
    campaign = await CampaignService.of(context).get(draft.campaign)
    if campaign.status is CampaignStatus.deleted:
        raise CampaignDeleted(campaign.ref)
    _check_goals(draft, campaign)
    return Checked(draft=draft, campaign=campaign)


def row(context: ToolContext, found: Checked, number: int) -> Rule:
    """A new rule's; `number` 0 for one that is only tried out."""
    draft, campaign = found.draft, found.campaign
    return Rule(
        organisation_id=context.organisation_id, number=number, key=context.order_key,
        name=draft.name or context.say(f"optimization.rule.names.{draft.action}"),
        version=1, enabled=True, condition=as_json(draft.condition), guards=draft.guards.as_json(),
        action=draft.action, action_value=draft.step,
        campaign_id=campaign.id if campaign else None,
        campaign_number=campaign.number if campaign else None,
        created_by=context.asker.id or None, conversation_id=context.conversation_id or None,
        created_at=context.clock.now(),
    )  # fmt: skip


def _condition(arguments: CreateRule) -> Condition:
    first = Comparison(
        left=Figure(metric=arguments.metric, window=arguments.time_range),
        operator=arguments.operator, value=arguments.value,
    )  # fmt: skip
    if arguments.condition is None:
        return first
    whole = read_condition(arguments.condition)
    # It is the whole condition: one that leaves the first comparison out would lose it.
    if not any(_says(each, arguments) for each in comparisons(whole)):
        raise ConditionDisagrees(as_text(first))
    return over(whole, arguments.time_range)


def _says(each: Comparison, arguments: CreateRule) -> bool:
    said = first_of(each)
    return all(said[name] == getattr(arguments, name) for name in ("metric", "operator", "value"))


def _check_goals(draft: Draft, campaign: Campaign) -> None:
    wanted = goals(draft.condition)
    if draft.guards.minimum_spend_targets is not None:
        wanted.add(Goal.cpa)
    targets = {Goal.cpa: campaign.target_cpa, Goal.roas: campaign.target_roas}
    for goal in sorted(wanted & targets.keys()):
        if targets[goal] is None:
            raise NoTarget(f"optimization.condition.missing.{goal.value}", campaign.ref)
