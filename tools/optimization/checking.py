"""One check of a rule: what every ad set measures, and what follows from it. Nothing is changed
here: a dry run ends with the findings, a real check hands them to acting.py."""

from collections.abc import AsyncIterator, Sequence
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
    total,
)
from tools.context import ToolContext
from tools.optimization.conditions import complete_days, holds, lowered, measure, raised
from tools.optimization.errors import NotRunning
from tools.optimization.repository import CheckRepository
from tools.optimization.rule_text import found

COOL_DOWN = timedelta(hours=24)
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

    def budget(self, ad_set: AdSet) -> Decimal:
        return Decimal(self.state[ad_set.ref, "daily_budget"])


async def findings(context: ToolContext, rule: Rule) -> list[Finding]:
    """Of every ad set that the rule's action could touch."""
    results: list[Finding] = []
    for ref in await _scope(context, rule):
        try:
            view = await _view(context, rule, ref)
        except (UserFacingError, TransientError) as error:
            results.append(Finding(ad_set=ref, outcome=Outcome.refused, details=why(error)))
        else:
            results += [each async for each in _ad_sets(context, rule, view)]
    return results


def why(error: UserFacingError | TransientError) -> dict[str, Any]:
    """A reason as details keep it."""
    if isinstance(error, TransientError):
        return {"reason": "tools.try_again", "values": {}}
    values = {name: value if isinstance(value, int) else str(value)
              for name, value in error.values.items()}  # fmt: skip
    return {"reason": error.key, "values": values}


async def cooling(context: ToolContext, rule: Rule, ad_set: str) -> bool:
    """Whether the rule acted on this ad set within the last 24 hours."""
    async with context.database.reading() as session:
        checks = CheckRepository(session, context.organisation_id)
        since = context.clock.now() - COOL_DOWN
        return await checks.acted_since(rule, ad_set, since) is not None


async def _scope(context: ToolContext, rule: Rule) -> list[str]:
    if rule.campaign:
        return [rule.campaign]
    running = await CampaignService.of(context).list(status=CampaignStatus.active)
    return [campaign.ref for campaign in reversed(running)]


async def _view(context: ToolContext, rule: Rule, ref: str) -> _View:
    """Raises NotRunning, CampaignDeleted, and what the platform does."""
    service = CampaignService.of(context)
    campaign, state = await look(context, ref)
    if state[ref, "status"] != _ON:
        raise NotRunning(ref, status_name(context, state[ref, "status"]))
    today = service.today(campaign)
    rows = await service.metrics(campaign, today - complete_days(rule.time_range) * _DAY, today)
    minimum = service.platform(campaign).min_daily_budget
    return _View(campaign=campaign, state=state, minimum=minimum, rows=rows)


async def _ad_sets(context: ToolContext, rule: Rule, view: _View) -> AsyncIterator[Finding]:
    wanted = _OFF if rule.action == "start_adset" else _ON
    for ad_set in view.campaign.ad_sets:
        if view.state.get((ad_set.ref, "status")) == wanted:
            yield await _judge(context, rule, view, ad_set)


async def _judge(context: ToolContext, rule: Rule, view: _View, ad_set: AdSet) -> Finding:
    mine = [row for row in view.rows if row.ad_set_id == ad_set.external_id]
    measured = measure(rule.metric, total(mine)) if mine else None
    if measured is None:
        return Finding(ad_set=ad_set.ref, outcome=Outcome.no_data)
    if not holds(rule.metric, rule.operator, measured, rule.value):
        return Finding(ad_set=ad_set.ref, outcome=Outcome.not_met, measured=measured)
    outcome, details = Outcome.begun, {}
    try:
        if await cooling(context, rule, ad_set.ref):
            outcome = Outcome.cooling
        else:
            details = await _plan(context, rule, view, ad_set, found(context, rule, measured))
    except UserFacingError as error:
        outcome, details = Outcome.refused, why(error)
    return Finding(ad_set=ad_set.ref, outcome=outcome, measured=measured, details=details)


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
