"""The spend watch: what runs away from its budget, or past the organisation's limit, is paused at
once, which spends less and needs nobody's yes; managers are told what happened and how to go on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import structlog

from config.errors import TransientError, UserFacingError
from storage.audit import AuditLog
from storage.tables.campaign import AdSet, Campaign, CampaignStatus
from storage.tables.spending import LimitName, Sighting, SightingKind
from tools.campaigns.books import SpendingBooks
from tools.campaigns.changes import apply
from tools.campaigns.failures import CampaignDeleted
from tools.campaigns.outside import tell_managers
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Change, ChangePlan
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.sightings import SightingRepository
from tools.campaigns.wording import money, platform_name
from tools.context import ToolContext
from tools.jobs.service import JobService

log = structlog.get_logger()

WATCH, AGAIN = "spending.watch", timedelta(minutes=1)
# Platforms may spend more than a day's budget on a good day, and less on another.
CAP = Decimal("1.5")
_DAY = timedelta(hours=24)
_PATIENCE = timedelta(hours=1)
_ON, _OFF = CampaignStatus.active.value, CampaignStatus.paused.value
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runaway:
    """`target` is what is to be paused: an ad set beyond its own cap, or a campaign when all of them
    together are beyond the limit. `day` is the platform's."""

    campaign: Campaign
    target: Campaign | AdSet
    spend: Decimal
    cap: Decimal
    day: str

    @property
    def kind(self) -> str:
        return "ad_set" if isinstance(self.target, AdSet) else "campaign"

    @property
    def key(self) -> str:
        return f"runaway:{self.target.ref}:{self.day}"


async def watch(context: ToolContext, payload: dict[str, Any]) -> None:
    """The job. What could not be paused is tried again in a minute; the look at one platform does
    not depend on another."""
    service = CampaignService.of(context)
    spent: dict[str, Sequence[AdMetrics]] = {}
    campaigns = await service.list()
    for campaign in campaigns:
        today = service_day(context, campaign)
        if today is None:
            continue
        try:
            spent[campaign.ref] = await service.metrics(campaign, today, today)
        except (TransientError, UserFacingError) as error:
            await _blind(context, campaign, error)
        else:
            await _seeing(context, campaign)
    failed = [
        each for each in await runaways(context, campaigns, spent) if not await _stop(context, each)
    ]
    if failed:
        due = context.clock.now() + AGAIN
        async with context.database.unit_of_work() as session:
            await JobService.of(session, context).once(
                session, f"{WATCH}:{due:%Y%m%dT%H%M}", WATCH, {}, due=due
            )


def service_day(context: ToolContext, campaign: Campaign) -> date | None:
    """The platform's day; None for an account that is not configured any more."""
    try:
        return CampaignService.of(context).today(campaign)
    except UserFacingError:
        return None


async def runaways(
    context: ToolContext, campaigns: Sequence[Campaign], spent: dict[str, Sequence[AdMetrics]]
) -> list[Runaway]:
    """Among what runs. Whoever restarted a runaway has allowed it another cap on this day."""
    async with context.database.reading() as session:
        limit = (await SpendingBooks(session, context.organisation_id).limits(context.limits))[
            LimitName.organisation
        ]
        changes = await CampaignRepository(session, context.organisation_id).changes(
            [row.id for each in campaigns for row in each.ad_sets],
            since=context.clock.now() - _DAY, but_not="",
        )  # fmt: skip
    total = sum((row.spend for rows in spent.values() for row in rows), _NOTHING)
    budgets: defaultdict[int, Decimal] = defaultdict(Decimal)
    for change in changes:
        # A budget that was lowered today was right to be spent until then.
        budgets[change.ad_set_id] = max(budgets[change.ad_set_id], change.before, change.after)
    found = []
    for campaign in campaigns:
        if campaign.status is not CampaignStatus.active or campaign.ref not in spent:
            continue
        day = f"{service_day(context, campaign)}"
        whole = Runaway(campaign=campaign, target=campaign, spend=total, cap=limit, day=day)
        mine = [
            Runaway(
                campaign=campaign, target=row, day=day,
                cap=CAP * max(row.daily_budget, budgets[row.id]),
                spend=sum(
                    (each.spend for each in spent[campaign.ref]
                     if each.ad_set_id == row.external_id), _NOTHING,
                ),
            )
            for row in campaign.ad_sets
            if row.status is CampaignStatus.active
        ]  # fmt: skip
        for each in (whole, *mine):
            beyond = each.spend - each.cap
            if beyond > 0 and beyond > await _allowed(context, each):
                found.append(each)
                if each is whole:
                    break
    return found


async def _allowed(context: ToolContext, runaway: Runaway) -> Decimal:
    """What had been spent when it was last stopped on this day."""
    async with context.database.reading() as session:
        row = await SightingRepository(session, context.organisation_id).get(runaway.key)
    if row is None or row.ended_at is None:
        return _NOTHING
    return Decimal(row.details["spend"])


async def _stop(context: ToolContext, runaway: Runaway) -> bool:
    """Pause it; whether nothing is left to be done."""
    row = await _sighted(context, runaway)
    why = context.say(
        f"spending.runaway.why_{runaway.kind}", spend=money(context, runaway.spend),
        budget=money(context, runaway.target.daily_budget), cap=money(context, runaway.cap),
    )  # fmt: skip
    change = Change(ref=runaway.target.ref, field="status", before=_ON, after=_OFF, why=why)
    plan = ChangePlan(campaign=runaway.campaign.ref, changes=(change,))
    acting = replace(context, order_key=f"runaway:{row.id}:{row.details['times']}")
    try:
        await apply(acting, plan)
    except CampaignDeleted:
        await _end(context, runaway, row, told=False)
        return True
    except (TransientError, UserFacingError) as error:
        await _tell_failing(context, runaway, row, error)
        return False
    await _end(context, runaway, row, told=True)
    return True


async def _sighted(context: ToolContext, runaway: Runaway) -> Sighting:
    """The row of this runaway on this day, opened again when it was restarted."""
    async with context.database.unit_of_work() as session:
        sightings = SightingRepository(session, context.organisation_id)
        now = context.clock.now()
        row = await sightings.get(runaway.key, lock=True)
        if row is None:
            return await sightings.add(
                Sighting(
                    organisation_id=context.organisation_id, kind=SightingKind.runaway,
                    key=runaway.key, at=now, details=_details(runaway, times=1),
                )
            )  # fmt: skip
        if row.ended_at is not None:
            row.at, row.ended_at = now, None
            row.details = _details(runaway, times=row.details["times"] + 1)
        return row


def _details(runaway: Runaway, *, times: int) -> dict[str, Any]:
    return {
        "ref": runaway.target.ref, "spend": f"{runaway.spend:.2f}", "cap": f"{runaway.cap:.2f}",
        "budget": f"{runaway.target.daily_budget:.2f}", "times": times,
    }  # fmt: skip


async def _end(context: ToolContext, runaway: Runaway, row: Sighting, *, told: bool) -> None:
    async with context.database.unit_of_work() as session:
        current = await session.get_one(Sighting, row.id, with_for_update=True)
        if current.ended_at is not None:
            return
        current.ended_at = context.clock.now()
        # A restart allows another cap on top of what is spent by now.
        current.details = _details(runaway, times=current.details["times"])
        await AuditLog(context.organisation_id, context.clock).append(
            session, "spending.stopped", person_id=None, **current.details
        )
        if told:
            key = f"runaway:{row.id}:{current.details['times']}:stopped"
            await tell_managers(
                session, context, key, lambda reader: _worded(reader, runaway, "stopped"),
                refs=(runaway.target.ref,), urgent=True,
            )  # fmt: skip


async def _tell_failing(
    context: ToolContext, runaway: Runaway, row: Sighting, error: TransientError | UserFacingError
) -> None:
    """Once for each time that it ran away."""
    log.error("spending.not_stopped", ref=runaway.target.ref, error=type(error).__name__)

    def worded(reader: ToolContext) -> str:
        reason = reader.say("spending.runaway.silent")
        if isinstance(error, UserFacingError):
            reason = reader.say(error.key, **error.values)
        return _worded(reader, runaway, "failing", reason=reason)

    async with context.database.unit_of_work() as session:
        current = await session.get_one(Sighting, row.id, with_for_update=True)
        if current.details.get("failing"):
            return
        current.details = {**current.details, "failing": True}
        await AuditLog(context.organisation_id, context.clock).append(
            session, "spending.not_stopped", person_id=None, **current.details
        )
        key = f"runaway:{row.id}:{current.details['times']}:failing"
        await tell_managers(session, context, key, worded, refs=(runaway.target.ref,), urgent=True)


def _worded(reader: ToolContext, runaway: Runaway, how: str, **more: str) -> str:
    return reader.say(
        f"spending.runaway.{runaway.kind}_{how}", ref=runaway.target.ref, name=runaway.target.name,
        campaign=runaway.campaign.ref, spend=money(reader, runaway.spend),
        budget=money(reader, runaway.target.daily_budget), cap=money(reader, runaway.cap),
        platform=platform_name(reader, runaway.campaign.platform), **more,
    )  # fmt: skip


async def _blind(
    context: ToolContext, campaign: Campaign, error: TransientError | UserFacingError
) -> None:
    """A platform that does not tell what it spends is excused for an hour."""
    log.warning("spending.blind", ref=campaign.ref, error=type(error).__name__)
    if campaign.status is not CampaignStatus.active:
        return
    key, now = f"blind:{campaign.ref}", context.clock.now()
    async with context.database.unit_of_work() as session:
        sightings = SightingRepository(session, context.organisation_id)
        row = await sightings.get(key, lock=True)
        if row is None:
            row = await sightings.add(
                Sighting(
                    organisation_id=context.organisation_id, kind=SightingKind.blind, key=key,
                    at=now, details={"told": False},
                )
            )  # fmt: skip
        if row.details["told"] or now - row.at < _PATIENCE:
            return
        row.details = {"told": True}
        await tell_managers(
            session, context, f"{key}:{row.id}",
            lambda reader: reader.say(
                "spending.blind", ref=campaign.ref, name=campaign.name,
                platform=platform_name(reader, campaign.platform),
                budget=money(reader, campaign.daily_budget),
            ),
            refs=(campaign.ref,), urgent=True, pause=campaign.ref,
        )  # fmt: skip


async def _seeing(context: ToolContext, campaign: Campaign) -> None:
    async with context.database.reading() as session:
        sightings = SightingRepository(session, context.organisation_id)
        if await sightings.get(f"blind:{campaign.ref}") is None:
            return
    async with context.database.unit_of_work() as session:
        await SightingRepository(session, context.organisation_id).forget(f"blind:{campaign.ref}")
