"""Carrying out an approved plan of changes: check that the world is as the approver saw it, then
one ledger entry per platform call, and our own rows after each."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from weakref import WeakValueDictionary

from config.errors import TransientError, UserFacingError
from storage.database import Session
from storage.ledger import OutcomeUnknown
from storage.tables.campaign import AdSet, BudgetChange, Campaign, CampaignStatus
from storage.upsert import insert_or_ignore
from tools.campaigns.books import SpendingBooks
from tools.campaigns.failures import CampaignDeleted, ChangedSinceProposal, PartlyApplied
from tools.campaigns.outside import take_over
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Change, ChangePlan, Fact, Field, amount
from tools.campaigns.platforms.base import AdPlatform, DeliveryStatus, PlatformCampaign
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.spending import Reach, State, commit, release, settle, state_in_rows
from tools.campaigns.wording import money, status_name
from tools.context import ToolContext
from tools.result import ToolResult
from tools.undo import keep_for_undo

# Our rows are written in the order in which the platform heard of the changes. What crosses between
# processes is found by the hourly look.
_TURNS: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()


def state_of(campaign: Campaign, live: PlatformCampaign) -> State:
    """Every switch and budget of a campaign as the platform tells it, spelled as in facts."""
    known = {ad_set.external_id: ad_set.ref for ad_set in campaign.ad_sets}
    state: dict[tuple[str, Field], str] = {(campaign.ref, "status"): live.status.value}
    for ad_set in live.ad_sets:
        if ad_set.external_id in known:
            ref = known[ad_set.external_id]
            state[ref, "status"] = ad_set.status.value
            state[ref, "daily_budget"] = amount(ad_set.daily_budget)
    return state


async def look(context: ToolContext, ref: str) -> tuple[Campaign, State]:
    """A campaign that can be changed, and its live state, which our rows take over.

    Raises CampaignNotFound, CampaignDeleted, and what the platform refuses.
    """
    service = CampaignService.of(context)
    campaign, read_at = await service.get(ref), context.clock.now()
    if campaign.status is CampaignStatus.deleted:
        raise CampaignDeleted(ref)
    live = await service.live(campaign)
    state = state_of(campaign, live)
    if await take_over(context, campaign, state, read_at=read_at):
        campaign = await service.get(ref)
    if live.status is DeliveryStatus.deleted:
        raise CampaignDeleted(ref)
    return campaign, state


async def apply(context: ToolContext, plan: ChangePlan) -> ToolResult | None:
    """Make every change of the plan once, however often it is called for the same order.

    Returns None when all of it is done, or what to answer when the platform fell silent half way:
    the same order may then be approved again. Raises CampaignDeleted, ChangedSinceProposal and
    LimitReached (nothing was changed), PartlyApplied (a later change was refused), and what the
    platform refuses.
    """
    turn = _TURNS.setdefault((context.organisation_id, plan.campaign), asyncio.Lock())
    async with turn:
        return await _apply(context, plan)


async def _apply(context: ToolContext, plan: ChangePlan) -> ToolResult | None:
    service = CampaignService.of(context)
    campaign, read_at = await service.get(plan.campaign), context.clock.now()
    live = await service.live(campaign)
    state = state_of(campaign, live)
    if await take_over(context, campaign, state, read_at=read_at):
        campaign = await service.get(plan.campaign)
    if live.status is DeliveryStatus.deleted and not _deletes(plan):
        raise CampaignDeleted(campaign.ref)
    _check_world(context, plan, state)
    await commit(context, campaign, state, plan.changes, read_at=read_at)
    try:
        unfinished = await _carry_out(context, campaign, plan)
    except (UserFacingError, TransientError) as error:
        # What may run counts until somebody has looked.
        if not isinstance(error.__cause__ or error, OutcomeUnknown):
            await release(context, campaign)
        raise
    await release(context, campaign)
    return unfinished


async def _carry_out(
    context: ToolContext, campaign: Campaign, plan: ChangePlan
) -> ToolResult | None:
    service = CampaignService.of(context)
    refs = [change.ref for change in plan.changes]
    for position, change in enumerate(plan.changes):
        done, left = refs[:position], refs[position:]
        try:
            await _Effect(context, service.platform(campaign), campaign, plan, change).run(position)
        except UserFacingError as error:
            if not done:
                raise
            raise PartlyApplied(done, left, context.say(error.key, **error.values)) from error
        except TransientError:
            if not done:
                raise
            return _unfinished(context, done, left)
    return None


def _unfinished(context: ToolContext, done: Sequence[str], left: Sequence[str]) -> ToolResult:
    text = context.say("campaigns.unfinished", done=", ".join(done), left=", ".join(left))
    return ToolResult(status="retry", text=text, data={"done": [*done], "left": [*left]})


def _deletes(plan: ChangePlan) -> bool:
    return any(change.after == DeliveryStatus.deleted for change in plan.changes)


def _check_world(context: ToolContext, plan: ChangePlan, state: State) -> None:
    # What this very plan makes true is fine too: it may have run half before a crash.
    made = {(change.ref, change.field): change.after for change in plan.changes}
    before = [Fact(ref=c.ref, field=c.field, value=c.before) for c in plan.changes]
    for fact in (*before, *plan.seen):
        now = state.get((fact.ref, fact.field), DeliveryStatus.deleted.value)
        if now not in (fact.value, made.get((fact.ref, fact.field))):
            raise ChangedSinceProposal(
                fact.ref, _in_words(context, fact.field, fact.value),
                _in_words(context, fact.field, now),
            )  # fmt: skip


def _in_words(context: ToolContext, field: Field, value: str) -> str:
    if field == "status" or value == DeliveryStatus.deleted:
        return status_name(context, value)
    return money(context, value)


async def _keep(session: Session, context: ToolContext, plan: ChangePlan) -> None:
    """For /undo: the plan knows every value from before. A deletion is for good."""
    if plan.undoing or _deletes(plan):
        return
    kind = "budget" if any(each.field == "daily_budget" for each in plan.changes) else "status"
    before = plan.model_dump(mode="json")
    await keep_for_undo(session, context, f"campaign.{kind}", plan.campaign, before)


class _Effect:
    """One change of a plan: the platform call behind the ledger, then our own row."""

    def __init__(
        self,
        context: ToolContext,
        platform: AdPlatform,
        campaign: Campaign,
        plan: ChangePlan,
        change: Change,
    ) -> None:
        self._context = context
        self._platform = platform
        self._campaign = campaign
        self._plan = plan
        self._change = change
        self._ad_sets = {ad_set.ref: ad_set for ad_set in campaign.ad_sets}

    async def run(self, position: int) -> None:
        key = f"{self._context.order_key}:{position}"
        request = self._change.model_dump(mode="json")
        kind = f"ads.{self._change.field}"
        await self._context.ledger.once(key, kind, request, act=self._act, find=self._find)
        async with self._context.database.unit_of_work() as session:
            if await self._record(session, key):
                await _keep(session, self._context, self._plan)

    async def _act(self) -> dict[str, Any]:
        change, ad_set = self._change, self._ad_sets.get(self._change.ref)
        if change.field == "daily_budget" and ad_set is not None:
            await self._platform.set_daily_budget(ad_set.external_id, Decimal(change.after))
        elif ad_set is not None:
            status = DeliveryStatus(change.after)
            await self._platform.set_ad_set_status(ad_set.external_id, status)
        else:
            status = DeliveryStatus(change.after)
            await self._platform.set_status(self._campaign.external_id, status)
        return {"value": change.after}

    async def _find(self) -> dict[str, Any] | None:
        live = await self._platform.get_campaign(self._campaign.external_id)
        value = state_of(self._campaign, live).get((self._change.ref, self._change.field))
        return {"value": value} if value == self._change.after else None

    async def _record(self, session: Session, key: str) -> bool:
        """Whether this was news to our own rows."""
        now = self._context.clock.now()
        await SpendingBooks(session, self._context.organisation_id).lock()
        campaigns = CampaignRepository(session, self._context.organisation_id)
        campaign = await campaigns.get(self._campaign.ref, lock=True)
        before = Reach.of(campaign, state_in_rows(campaign))
        ad_set = next((each for each in campaign.ad_sets if each.ref == self._change.ref), None)
        target: Campaign | AdSet = ad_set or campaign
        news = self._change.after not in (target.status.value, amount(target.daily_budget))
        if self._change.field == "status":
            target.status = CampaignStatus(self._change.after)
        else:
            target.daily_budget = Decimal(self._change.after)
        if ad_set is not None and self._change.field == "daily_budget":
            await self._log(session, ad_set, key, now)
        campaign.daily_budget = running_budget(campaign)
        campaign.updated_at = now
        await settle(session, self._context, campaign, before)
        await self._context.campaign_changed(session, campaign.ref)
        return news

    async def _log(self, session: Session, ad_set: AdSet, key: str, now: datetime) -> None:
        values = {
            "organisation_id": self._context.organisation_id, "ad_set_id": ad_set.id,
            "order_key": self._context.order_key, "key": key, "at": now,
            "before": Decimal(self._change.before), "after": Decimal(self._change.after),
            "person_id": self._context.asker.id,
        }  # fmt: skip
        await insert_or_ignore(session, BudgetChange, values)


def running_budget(campaign: Campaign) -> Decimal:
    """What the ad sets that are switched on may spend in a day."""
    on = [each.daily_budget for each in campaign.ad_sets if each.status is CampaignStatus.active]
    return sum(on, Decimal(0))
