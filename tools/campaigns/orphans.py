"""Campaigns that carry our marker at a platform and are in none of our rows: what is left when a
process dies and nobody takes its order up again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import structlog
from pydantic import ValidationError

from config.errors import TransientError, UserFacingError
from storage.audit import AuditLog
from storage.ledger import digest
from storage.tables.campaign import Campaign
from storage.tables.spending import Sighting, SightingKind
from storage.tables.work import Action, ActionStatus
from tools.campaigns.outside import IN_FLIGHT, tell_managers
from tools.campaigns.plans import CreationPlan
from tools.campaigns.platforms.base import AdPlatform, DeliveryStatus, MarkedCampaign
from tools.campaigns.recording import ids_of, record
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.sightings import SightingRepository
from tools.campaigns.wording import platform_name
from tools.context import ToolContext

log = structlog.get_logger()

# Longer than an order that failed is likely to be tried again.
_GIVEN_UP = timedelta(hours=1)
_REMEMBERED = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """`order` is the entry of our ledger that made it, None when it was made elsewhere."""

    platform: AdPlatform
    found: MarkedCampaign
    order: Action | None

    @property
    def key(self) -> str:
        return f"orphan:{self.platform.name}:{self.found.external_id}"


async def look_for_orphans(context: ToolContext) -> None:
    """Each is told of once; what was ordered here is taken into our rows, and paused."""
    for platform in _accounts(context):
        try:
            for orphan in await _orphans(context, platform):
                await _deal_with(context, orphan)
        except (TransientError, UserFacingError) as error:
            log.warning("spending.orphans", platform=platform.name, error=type(error).__name__)


def _accounts(context: ToolContext) -> Iterator[AdPlatform]:
    """Every account of every platform."""
    several = {account.platform for account in context.platforms.accounts}
    for account in context.platforms.accounts:
        yield context.platforms.get(account.platform, account.id)
    for name in context.platforms.names:
        if name not in several:
            yield context.platforms.get(name)


async def _orphans(context: ToolContext, platform: AdPlatform) -> list[Orphan]:
    listed = await platform.marked_campaigns()
    async with context.database.reading() as session:
        campaigns = CampaignRepository(session, context.organisation_id)
        known = await campaigns.external_ids(platform.name)
        orders = await campaigns.actions(
            ("ads.create_campaign",), since=context.clock.now() - _REMEMBERED
        )
    by_mark = {mark: order for order in orders for mark in _marks(context, order)}
    found = [
        Orphan(platform=platform, found=each, order=by_mark.get(each.key))
        for each in listed
        if each.external_id not in known
    ]
    young = context.clock.now() - IN_FLIGHT
    return [each for each in found if each.order is None or each.order.updated_at <= young]


def _marks(context: ToolContext, order: Action) -> Sequence[str]:
    """How platforms show the key of a create."""
    key = digest([context.organisation_id, order.key.rpartition(":")[0]])[:24]
    return key, sha256(key.encode()).hexdigest()[:12]


async def _deal_with(context: ToolContext, orphan: Orphan) -> None:
    async with context.database.reading() as session:
        known = await SightingRepository(session, context.organisation_id).get(orphan.key)
    running = orphan.found.status is DeliveryStatus.active
    if known is not None and not (running and orphan.order is not None):
        return
    if running and orphan.order is not None:
        await _pause(context, orphan)
    adopted = await _adopted(context, orphan)
    await _tell(context, orphan, adopted)


async def _pause(context: ToolContext, orphan: Orphan) -> None:
    """Ours for certain, and in nobody's view."""
    ref, platform = orphan.found.external_id, orphan.platform

    async def act() -> dict[str, str]:
        await platform.set_status(ref, DeliveryStatus.paused)
        return {"value": DeliveryStatus.paused.value}

    async def find() -> dict[str, str] | None:
        live = await platform.get_campaign(ref)
        paused = live.status is not DeliveryStatus.active
        return {"value": DeliveryStatus.paused.value} if paused else None

    request = {"ref": orphan.key, "field": "status", "before": "active", "after": "paused"}
    when = f"{context.clock.now():%Y%m%dT%H%M%S}"
    await context.ledger.once(f"{orphan.key}:{when}", "ads.status", request, act=act, find=find)


async def _adopted(context: ToolContext, orphan: Orphan) -> Campaign | None:
    """Our rows of it, from the plan that the ledger kept; None when the order may still be taken
    up, or made something else."""
    order, found = orphan.order, orphan.found
    if order is None or found.draft or order.status is ActionStatus.failed:
        return None
    if order.updated_at > context.clock.now() - _GIVEN_UP:
        return None
    try:
        plan = CreationPlan.model_validate(order.request)
    except ValidationError:
        return None
    live = await orphan.platform.get_campaign(found.external_id)
    shape = [len(row.ads) for row in live.ad_sets]
    if shape != [len(plan.creatives_of(row)) for row in plan.ad_sets]:
        return None
    key = digest([context.organisation_id, order.key.rpartition(":")[0]])[:24]
    async with context.database.unit_of_work() as session:
        adopted = await record(
            session, context.organisation_id, plan, key=key, ids=ids_of(live),
            now=context.clock.now(),
        )  # fmt: skip
        await context.campaign_changed(session, adopted.ref)
    return adopted


async def _tell(context: ToolContext, orphan: Orphan, adopted: Campaign | None) -> None:
    found = orphan.found
    how = "draft" if found.draft else "paused"
    if found.status is DeliveryStatus.active:
        how = "running" if orphan.order is None else "stopped"
    if adopted is not None:
        how = "adopted"
    ref = adopted.ref if adopted else ""

    def worded(reader: ToolContext) -> str:
        return reader.say(
            f"spending.orphan.{how}", name=found.name, id=found.external_id, ref=ref,
            platform=platform_name(reader, orphan.platform.name),
        )  # fmt: skip

    async with context.database.unit_of_work() as session:
        sightings = SightingRepository(session, context.organisation_id)
        details = {"how": how, "name": found.name, "id": found.external_id, "ref": ref}
        row = await sightings.get(orphan.key, lock=True)
        if row is None:
            row = Sighting(
                organisation_id=context.organisation_id, kind=SightingKind.orphan,
                key=orphan.key, at=context.clock.now(), details=details,
            )  # fmt: skip
            await sightings.add(row)
        row.details = details
        await AuditLog(context.organisation_id, context.clock).append(
            session, "campaign.orphan", person_id=None, platform=orphan.platform.name, **details
        )
        key = f"{orphan.key}:{context.clock.now():%Y%m%dT%H%M%S}"
        urgent = how in ("running", "stopped")
        await tell_managers(
            session, context, key, worded, refs=(ref,) if ref else (), urgent=urgent
        )
