"""What the budget rules say about one campaign, with reasons and with what they leave alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from config.errors import UserFacingError
from storage.tables.campaign import AdSet, Campaign
from tools.arguments import TargetMetric
from tools.campaigns.platforms.base import AdMetrics, DeliveryStatus
from tools.campaigns.service import (
    CampaignService,
    State,
    Step,
    check_steps,
    look,
    status_name,
    total,
)
from tools.context import ToolContext
from tools.optimization.errors import NotRunning
from tools.optimization.rules import Advice, Move, Record, Targets, judge, waits
from tools.optimization.wording import note_held_back, note_no_target, note_waiting, reason

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
    order in which they are to be made; `notes` are sentences."""

    campaign: Campaign
    records: Sequence[tuple[AdSet, Record]]
    suggestions: Sequence[Suggestion]
    notes: Sequence[str]


async def review(context: ToolContext, ref: str, metric: TargetMetric) -> Review:
    """Apply the rules to the last 7 complete days (3 for missing conversions).

    Raises CampaignNotFound, CampaignDeleted, NotRunning, and what the platform refuses.
    """
    service = CampaignService.of(context)
    campaign, state = await look(context, ref)
    if state[ref, "status"] != DeliveryStatus.active:
        raise NotRunning(ref, status_name(context, state[ref, "status"]))
    today = service.today(campaign)
    rows = await service.metrics(campaign, today - WINDOW * _DAY, today - _DAY)
    records = _records(campaign, state, rows, today)
    records.sort(key=lambda pair: _rank(pair[1], metric), reverse=True)
    targets = Targets(roas=campaign.target_roas, cpa=campaign.target_cpa)
    minimum = service.platform(campaign).min_daily_budget
    suggestions, held_back = await _suggest(context, records, targets, minimum)
    notes = [
        *note_no_target(context, campaign, metric),
        *(note_waiting(context, row, rec) for row, rec in records if waits(rec, targets)),
        *held_back,
    ]
    return Review(campaign=campaign, records=records, suggestions=suggestions, notes=notes)


async def _suggest(
    context: ToolContext,
    records: Sequence[tuple[AdSet, Record]],
    targets: Targets,
    minimum: Decimal,
) -> tuple[list[Suggestion], list[str]]:
    suggestions: list[Suggestion] = []
    held_back: list[str] = []
    for ad_set, record in records:
        advice = judge(record, targets, minimum=minimum)
        if advice is None:
            continue
        why = reason(context, record, targets, advice.move)
        suggestion = Suggestion(ad_set=ad_set, advice=advice, before=record.budget, why=why)
        try:
            if advice.move is not Move.pause:
                await check_steps(context, ad_set.ref, [suggestion.step], minimum=minimum)
        except UserFacingError as error:
            held_back.append(note_held_back(context, ad_set, error))
        else:
            suggestions.append(suggestion)
    suggestions.sort(key=lambda each: each.advice.move)
    return suggestions, held_back


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
