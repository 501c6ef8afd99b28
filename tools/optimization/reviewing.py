"""What the budget rules say about one campaign, with reasons and with what they leave alone, and how
the rest is shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from config.errors import UserFacingError
from storage.tables.campaign import AdSet, Campaign
from storage.tables.optimization import ExperimentStatus
from tools.arguments import TargetMetric
from tools.campaigns.platforms.base import AdMetrics, DeliveryStatus
from tools.campaigns.service import (
    CampaignService,
    State,
    Step,
    budgets_of_days,
    check_pace,
    check_steps,
    look,
    status_name,
    total,
    unit_of,
)
from tools.context import ToolContext
from tools.optimization.errors import NotRunning
from tools.optimization.repository import ExperimentRepository
from tools.optimization.rules import Advice, Move, Record, Targets, judge, waits
from tools.optimization.sharing import HISTORY, Grounds, Shared, grounds, share
from tools.optimization.wording import (
    note_held_back,
    note_no_target,
    note_waiting,
    reason,
    reason_to_move,
)

_DAY = timedelta(days=1)
WINDOW = 7
BARREN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One change to one ad set, and why."""

    ad_set: AdSet
    advice: Advice
    before: Decimal
    why: str

    @property
    def step(self) -> Step:
        return Step(ad_set=self.ad_set, before=self.before, after=self.advice.budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`records` are all ad sets that run, the best by the metric first; `suggestions` are in the
    order in which they are to be made; `notes` are sentences. `shared` is there when the fitted
    curves move money, too; `known` says from how much history they would, `test` which A/B test
    forbids it."""

    campaign: Campaign
    metric: TargetMetric
    records: Sequence[tuple[AdSet, Record]]
    suggestions: Sequence[Suggestion]
    notes: Sequence[str]
    known: Grounds
    shared: Shared | None
    test: str | None

    @property
    def before(self) -> dict[str, Decimal]:
        """The present budgets of all ad sets that run."""
        return {ad_set.ref: record.budget for ad_set, record in self.records}

    @property
    def after(self) -> dict[str, Decimal]:
        """What they would be; 0 for one that is paused."""
        changed = {each.ad_set.ref: each.advice.budget for each in self.suggestions}
        return self.before | changed


async def review(context: ToolContext, ref: str, metric: TargetMetric) -> Review:
    """Apply the rules to the last 7 complete days (3 for missing conversions), and share what they
    leave by what the last 60 taught.

    Raises CampaignNotFound, CampaignDeleted, NotRunning, and what the platform refuses.
    """
    service = CampaignService.of(context)
    campaign, state = await look(context, ref)
    if state[ref, "status"] != DeliveryStatus.active:
        raise NotRunning(ref, status_name(context, state[ref, "status"]))
    today = service.today(campaign)
    first, last = today - HISTORY * _DAY, today - _DAY
    rows = await service.metrics(campaign, first, last)
    records = _records(
        campaign, state, [row for row in rows if row.day >= today - WINDOW * _DAY], today
    )
    records.sort(key=lambda pair: _rank(pair[1], metric), reverse=True)
    targets = Targets(roas=campaign.target_roas, cpa=campaign.target_cpa)
    minimum = service.platform(campaign).min_daily_budget
    suggestions, held_back = await _suggest(context, records, targets, minimum)
    waiting = [(row, rec) for row, rec in records if waits(rec, targets)]
    budgets = await budgets_of_days(context, campaign, first, last)
    known = grounds(campaign, rows, budgets, {row.ref: rec.budget for row, rec in records}, metric)
    untouched = frozenset(row.ref for row, _ in waiting) | held_back.keys()
    test = await _running_test(context, campaign)
    shared = None
    if test is None:
        shared = await _share(context, known, records, suggestions, untouched, minimum)
    suggestions = [*suggestions, *_moves(context, records, shared, metric)]
    suggestions.sort(key=lambda each: each.advice.move)
    return Review(
        campaign=campaign, metric=metric, records=records, suggestions=suggestions,
        notes=[
            *note_no_target(context, campaign, metric),
            *(note_waiting(context, row, rec) for row, rec in waiting),
            *held_back.values(),
            *([context.say("optimization.under_test", ref=test)] if test else []),
        ],
        known=known, shared=shared, test=test,
    )  # fmt: skip


async def _running_test(context: ToolContext, campaign: Campaign) -> str | None:
    """The test that needs the budgets of this campaign equal."""
    async with context.database.reading() as session:
        tests = await ExperimentRepository(session, context.organisation_id).listed()
    running = ExperimentStatus.running
    return next(
        (row.ref for row in tests if row.campaign_id == campaign.id and row.status is running), None
    )


async def _suggest(
    context: ToolContext,
    records: Sequence[tuple[AdSet, Record]],
    targets: Targets,
    minimum: Decimal,
) -> tuple[list[Suggestion], dict[str, str]]:
    """What the rules change, and of which ad sets they would, but for the reason given."""
    suggestions: list[Suggestion] = []
    held_back: dict[str, str] = {}
    for ad_set, record in records:
        advice = judge(record, targets, minimum=minimum, unit=unit_of(context.currency))
        if advice is None:
            continue
        why = reason(context, record, targets, advice.move)
        suggestion = Suggestion(ad_set=ad_set, advice=advice, before=record.budget, why=why)
        try:
            if advice.move is not Move.pause:
                await check_steps(context, ad_set.ref, [suggestion.step], minimum=minimum)
        except UserFacingError as error:
            held_back[ad_set.ref] = note_held_back(context, ad_set, error)
        else:
            suggestions.append(suggestion)
    return suggestions, held_back


async def _share(
    context: ToolContext,
    known: Grounds,
    records: Sequence[tuple[AdSet, Record]],
    suggestions: Sequence[Suggestion],
    untouched: frozenset[str],
    minimum: Decimal,
) -> Shared | None:
    if not known.enough:
        return None
    rows = {ad_set.ref: (ad_set, record.budget) for ad_set, record in records}

    async def allowed(name: str, budget: Decimal) -> bool:
        ad_set, before = rows[name]
        step = Step(ad_set=ad_set, before=before, after=budget)
        try:
            # What one gets another gives up, so that the limits of spending are not touched.
            await check_pace(context, name, [step], minimum=minimum)
        except UserFacingError:
            return False
        return True

    before = {name: budget for name, (_, budget) in rows.items()}
    fixed = {each.ad_set.ref: each.advice.budget for each in suggestions}
    unit = unit_of(context.currency)
    return await share(known, before, fixed, untouched, minimum, unit, allowed)


def _moves(
    context: ToolContext,
    records: Sequence[tuple[AdSet, Record]],
    shared: Shared | None,
    metric: TargetMetric,
) -> list[Suggestion]:
    """What the curves move, each with its reason."""
    if shared is None:
        return []
    return [
        Suggestion(
            ad_set=ad_set, before=record.budget,
            advice=Advice(
                move=Move.increase if shared.after[ad_set.ref] > record.budget else Move.decrease,
                budget=shared.after[ad_set.ref],
            ),
            why=reason_to_move(context, shared, ad_set.ref, metric),
        )
        for ad_set, record in records
        if ad_set.ref in shared.after
    ]  # fmt: skip


def _records(
    campaign: Campaign, state: State, rows: Sequence[AdMetrics], today: date
) -> list[tuple[AdSet, Record]]:
    """Of the ad sets that run."""
    return [
        (ad_set, _record(ad_set, state, rows, today))
        for ad_set in campaign.ad_sets
        if state.get((ad_set.ref, "status")) == DeliveryStatus.active
    ]


def _record(ad_set: AdSet, state: State, rows: Sequence[AdMetrics], today: date) -> Record:
    mine = [row for row in rows if row.ad_set_id == ad_set.external_id]
    days = [today - back * _DAY for back in range(BARREN, 0, -1)]
    return Record(
        budget=Decimal(state[ad_set.ref, "daily_budget"]),
        week=total(mine),
        last_days=[total(row for row in mine if row.day == day) for day in days],
    )


def _rank(record: Record, metric: TargetMetric) -> Decimal:
    """Higher is better; without conversions an ad set comes last."""
    if metric == "roas":
        return record.week.roas or Decimal(0)
    return 1 / record.week.cpa if record.week.cpa else Decimal(0)
