"""How far and how often a budget may be changed: ad platforms reset what they learned, or refuse,
when it goes faster, and a slip of the tongue must not cost a fortune."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from storage.tables.campaign import AdSet, BudgetChange
from tools.campaigns.failures import BudgetTooSmall, StepTooLarge, TooManyEdits
from tools.campaigns.plans import Change, amount
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.spending import foresee, state_in_rows
from tools.campaigns.splitting import CENT
from tools.campaigns.wording import money
from tools.context import ToolContext

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
EDITS_PER_HOUR = 4
STEP = Decimal("1.5")
PER_DAY = Decimal(2)
# Platforms learn anew after a larger change.
LEARNING = Decimal(20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One ad set's budget before and after."""

    ad_set: AdSet
    before: Decimal
    after: Decimal

    def change(self, why: str = "") -> Change:
        return Change(
            ref=self.ad_set.ref, field="daily_budget",
            before=amount(self.before), after=amount(self.after), why=why,
        )  # fmt: skip


async def check_steps(
    context: ToolContext,
    ref: str,
    steps: Sequence[Step],
    *,
    minimum: Decimal,
    undoing: bool = False,
) -> None:
    """Refuse steps that go too far or come too often; `ref` is what people named (C-3 or A-3.1).

    Edits of the same order do not count, so that an order which runs again after a crash may
    finish. The way back (`undoing`) may be one large step, but not beyond what a day allows.
    Raises BudgetTooSmall, StepTooLarge, TooManyEdits, LimitReached.
    """
    await check_pace(context, ref, steps, minimum=minimum, undoing=undoing)
    if not any(step.after > step.before for step in steps):
        return
    async with context.database.reading() as session:
        campaigns = CampaignRepository(session, context.organisation_id)
        campaign = await campaigns.get(f"C-{steps[0].ad_set.campaign_number}")
    state = state_in_rows(campaign)
    for step in steps:
        state[step.ad_set.ref, "daily_budget"] = amount(step.before)
    await foresee(context, campaign, state, [step.change() for step in steps])


async def check_pace(
    context: ToolContext,
    ref: str,
    steps: Sequence[Step],
    *,
    minimum: Decimal,
    undoing: bool = False,
) -> None:
    """The same without the limits of spending."""
    now = context.clock.now()
    async with context.database.reading() as session:
        changes = await CampaignRepository(session, context.organisation_id).changes(
            [step.ad_set.id for step in steps], since=now - DAY, but_not=context.order_key
        )
    _check_minimum(context, steps, minimum)
    for step in steps:
        _check_edits(context, step.ad_set, changes, now)
    _check_growth(context, ref, steps, changes, undoing=undoing)


def _check_minimum(context: ToolContext, steps: Sequence[Step], minimum: Decimal) -> None:
    before = sum(step.before for step in steps)
    if all(step.after >= minimum for step in steps):
        return
    least = max(minimum * before / step.before for step in steps)
    raise BudgetTooSmall(
        money(context, least.quantize(CENT, rounding=ROUND_UP)), money(context, minimum), len(steps)
    )


def _check_edits(
    context: ToolContext, ad_set: AdSet, changes: Sequence[BudgetChange], now: datetime
) -> None:
    edits = [row.at for row in changes if row.ad_set_id == ad_set.id and row.at > now - HOUR]
    if len(edits) >= EDITS_PER_HOUR:
        again = (edits[-EDITS_PER_HOUR] + HOUR).astimezone(context.timezone)
        raise TooManyEdits(ad_set.ref, f"{again:%H:%M}")


def _check_growth(
    context: ToolContext,
    ref: str,
    steps: Sequence[Step],
    changes: Sequence[BudgetChange],
    *,
    undoing: bool,
) -> None:
    raised = [step for step in steps if step.after > step.before]
    by_day = {step.ad_set.id: _day_before(step, changes) * PER_DAY for step in steps}
    by_step = {step.ad_set.id: step.before * STEP for step in steps}
    if undoing:
        by_step = by_day
    limits = {"campaigns.step_too_large": by_step, "campaigns.day_too_large": by_day}
    for key, most in limits.items():
        # Shares are rounded to the cent, so a cent is not a step.
        if any(step.after > most[step.ad_set.id] + CENT for step in raised):
            allowed = {each: min(by_step[each], by_day[each]) for each in by_step}
            raise StepTooLarge(ref, key, money(context, _allowed_total(steps, allowed)))


def _day_before(step: Step, changes: Sequence[BudgetChange]) -> Decimal:
    """The budget 24 hours ago."""
    mine = [row.before for row in changes if row.ad_set_id == step.ad_set.id]
    return mine[0] if mine else step.before


def _allowed_total(steps: Sequence[Step], most: dict[int, Decimal]) -> Decimal:
    """What all of them may get together when they grow in the same proportion."""
    before = sum((step.before for step in steps), Decimal(0))
    allowed = min(before * most[step.ad_set.id] / step.before for step in steps)
    return max(before, allowed).quantize(CENT, rounding=ROUND_DOWN)
