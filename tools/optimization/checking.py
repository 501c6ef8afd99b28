"""One check of a rule: what every ad set measures, and what follows from it. Nothing is changed
here: a dry run ends with the findings, a real check hands them to acting.py."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from config.errors import NotAllowed, TransientError, UserFacingError
from storage.tables.campaign import AdSet, Campaign, CampaignStatus
from storage.tables.optimization import Outcome, Rule
from tools.campaigns.platforms.base import AdMetrics, DeliveryStatus
from tools.campaigns.service import (
    CampaignService,
    Change,
    ChangePlan,
    Fact,
    State,
    Step,
    change_of,
    check_steps,
    look,
    status_name,
)
from tools.context import ToolContext
from tools.optimization.conditions import horizon, lowered, raised
from tools.optimization.definitions import condition_of
from tools.optimization.errors import NotRunning
from tools.optimization.holding import Tally, hold_back
from tools.optimization.measuring import Reports, goals_of, holds_now, measured, missing_goal
from tools.optimization.rule_text import found

_DAY = timedelta(days=1)
_ON, _OFF = DeliveryStatus.active.value, DeliveryStatus.paused.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`ad_set` is A-3.1, or C-3 when the campaign could not be looked at. The outcome `begun`
    means that the rule has to act, by the plan in `details` when the action has one."""

    ad_set: str
    outcome: Outcome
    measured: Decimal | None = None
    details: dict[str, Any] = field(default_factory=dict)


class AtMinimum(NotAllowed):
    def __init__(self, ref: str) -> None:
        super().__init__("optimization.rule.at_minimum", ref=ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A campaign as its platform tells it now."""

    campaign: Campaign
    state: State
    minimum: Decimal
    rows: Sequence[AdMetrics]
    tally: Tally

    def budget(self, ad_set: AdSet) -> Decimal:
        return Decimal(self.state[ad_set.ref, "daily_budget"])


async def findings(context: ToolContext, rule: Rule) -> list[Finding]:
    """Of every ad set that the rule's action could touch."""
    results: list[Finding] = []
    tally = await Tally.of(context, rule)
    for ref in await _scope(context, rule):
        try:
            view = await _view(context, rule, ref, tally)
        except (UserFacingError, TransientError) as error:
            results.append(Finding(ad_set=ref, outcome=Outcome.refused, details=why(error)))
        else:
            results += [each async for each in _ad_sets(context, rule, view)]
    return results


def why(error: UserFacingError | TransientError) -> dict[str, Any]:
    """A reason as details keep it."""
    if isinstance(error, TransientError):
        return {"reason": "tools.try_again", "values": {}}
    return reason_of(error.key, error.values)


def reason_of(key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
    return {"reason": key, "values": kept}


async def live_budgets(context: ToolContext, campaign: Campaign) -> Mapping[str, Decimal]:
    """What the ad sets of a campaign may spend a day now; raises what the platform does."""
    live = await CampaignService.of(context).live(campaign)
    known = {each.external_id: each.ref for each in campaign.ad_sets}
    return {
        known[each.external_id]: each.daily_budget
        for each in live.ad_sets
        if each.external_id in known
    }


async def _scope(context: ToolContext, rule: Rule) -> list[str]:
    if rule.campaign:
        return [rule.campaign]
    running = await CampaignService.of(context).list(status=CampaignStatus.active)
    return [campaign.ref for campaign in reversed(running)]


async def _view(context: ToolContext, rule: Rule, ref: str, tally: Tally) -> _View:
    """Raises NotRunning, CampaignDeleted, and what the platform does."""
    service = CampaignService.of(context)
    campaign, state = await look(context, ref)
    if state[ref, "status"] != _ON:
        raise NotRunning(ref, status_name(context, state[ref, "status"]))
    today = service.today(campaign)
    rows = await service.metrics(campaign, today - horizon(condition_of(rule)) * _DAY, today)
    minimum = service.platform(campaign).min_daily_budget
    return _View(campaign=campaign, state=state, minimum=minimum, rows=rows, tally=tally)


async def _ad_sets(context: ToolContext, rule: Rule, view: _View) -> AsyncIterator[Finding]:
    wanted = _OFF if rule.action == "start_adset" else _ON
    for ad_set in view.campaign.ad_sets:
        if view.state.get((ad_set.ref, "status")) == wanted:
            yield await _judge(context, rule, view, ad_set)


async def _judge(context: ToolContext, rule: Rule, view: _View, ad_set: AdSet) -> Finding:
    condition = condition_of(rule)
    reports = Reports(
        rows=[row for row in view.rows if row.ad_set_id == ad_set.external_id],
        today=CampaignService.of(context).today(view.campaign),
        goals=goals_of(view.campaign, view.budget(ad_set)),
    )  # fmt: skip
    figures = measured(condition, reports)
    first = figures[0]["value"]
    outcome, details = Outcome.not_met, {}
    holds = holds_now(condition, reports)
    if holds is None:
        outcome, details = Outcome.no_data, _no_data(view, condition, reports)
    elif holds:
        outcome, details = await _decide(context, rule, view, ad_set, reports, figures)
    return Finding(
        ad_set=ad_set.ref, outcome=outcome, measured=None if first is None else Decimal(first),
        details=details | {"measured": figures},
    )  # fmt: skip


def _no_data(view: _View, condition: Any, reports: Reports) -> dict[str, Any]:
    goal = missing_goal(condition, reports)
    if goal is None:
        return {}
    return reason_of(f"optimization.condition.missing.{goal.value}", {"ref": view.campaign.ref})


async def _decide(
    context: ToolContext,
    rule: Rule,
    view: _View,
    ad_set: AdSet,
    reports: Reports,
    figures: Sequence[Mapping[str, Any]],
) -> tuple[Outcome, dict[str, Any]]:
    """The condition holds: act, wait, or say why it cannot be done."""
    try:
        held = await hold_back(context, rule, ad_set.ref, reports, view.tally)
        if held:
            return held.outcome, reason_of(held.key, held.values)
        plan = await _plan(context, rule, view, ad_set, found(context, rule, figures))
    except UserFacingError as error:
        return Outcome.refused, why(error)
    view.tally.planned += 1
    return Outcome.begun, plan


async def _plan(
    context: ToolContext, rule: Rule, view: _View, ad_set: AdSet, reason: str
) -> dict[str, Any]:
    """What the action changes; nothing for a notice. Raises AtMinimum and what limits refuse."""
    if rule.action == "notify":
        return {"found": reason}
    if rule.action in ("pause_adset", "start_adset"):
        before, after = (_ON, _OFF) if rule.action == "pause_adset" else (_OFF, _ON)
        change = Change(ref=ad_set.ref, field="status", before=before, after=after, why=reason)
    else:
        change = change_of(await _step(context, rule, view, ad_set), reason)
    seen = [Fact(ref=view.campaign.ref, field="status", value=_ON)]
    if rule.action == "start_adset":
        # Its budget is what starting it costs.
        budget = view.state[ad_set.ref, "daily_budget"]
        seen.append(Fact(ref=ad_set.ref, field="daily_budget", value=budget))
    plan = ChangePlan(campaign=view.campaign.ref, changes=(change,), seen=tuple(seen))
    return {"found": reason, "plan": plan.model_dump(mode="json")}


async def _step(context: ToolContext, rule: Rule, view: _View, ad_set: AdSet) -> Step:
    before, percent = view.budget(ad_set), rule.action_value or Decimal(0)
    after = (
        lowered(before, percent, view.minimum)
        if rule.action == "decrease_budget"
        else raised(before, percent)
    )
    if rule.action == "decrease_budget" and after >= before:
        raise AtMinimum(ad_set.ref)
    step = Step(ad_set=ad_set, before=before, after=after)
    await check_steps(context, ad_set.ref, [step], minimum=view.minimum)
    return step
