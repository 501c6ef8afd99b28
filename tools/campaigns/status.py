"""get_campaign_status: figures per campaign, ad set and ad, live or, for a short while, as last
seen. What is read live also corrects our own rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from config.errors import TransientError
from storage.tables.campaign import AdSet, Campaign, CampaignSnapshot
from tools.campaigns.arguments import GetCampaignStatus
from tools.campaigns.books import SpendingBooks
from tools.campaigns.failures import NoFigures
from tools.campaigns.figures import Figures, total
from tools.campaigns.outside import take_over_row
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Field
from tools.campaigns.platforms.base import AdMetrics, DeliveryStatus, PlatformCampaign
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.status_text import status_text
from tools.campaigns.wording import platform_name
from tools.context import ToolContext
from tools.result import ToolResult

FRESH = timedelta(minutes=5)
WINDOW = timedelta(days=7)


async def get_campaign_status(context: ToolContext, arguments: GetCampaignStatus) -> ToolResult:
    """Raises CampaignNotFound, NoFigures, and what the platform refuses."""
    service = CampaignService.of(context)
    campaign, read_at = await service.get(arguments.campaign), context.clock.now()
    try:
        figures = await _read(service, campaign)
        age = None
    except TransientError as error:
        snapshot = await _last_seen(context, campaign)
        if snapshot is None:
            raise NoFigures(campaign.ref, platform_name(context, campaign.platform)) from error
        figures, age = snapshot.figures, context.clock.now() - snapshot.taken_at
    data = figures | {
        "source": "live" if age is None else "cache",
        "age_seconds": 0 if age is None else int(age.total_seconds()),
    }
    if age is None:
        await _keep(context, campaign, figures, read_at)
    shown = (campaign.ref, *(row.ref for row in campaign.ad_sets))
    return ToolResult(status="ok", text=status_text(context, data), data=data, shown=shown)


async def _read(service: CampaignService, campaign: Campaign) -> dict[str, Any]:
    live = await service.live(campaign)
    # Some platforms tell their time zone with the first answer.
    today = service.today(campaign)
    rows = await service.metrics(campaign, today - WINDOW + timedelta(days=1), today)
    today_rows = [row for row in rows if row.day == today]
    return {
        "campaign": campaign.ref, "name": campaign.name, "platform": campaign.platform,
        "objective": campaign.objective.value, "status": live.status.value,
        "target_roas": _text(campaign.target_roas), "target_cpa": _text(campaign.target_cpa),
        "today": total(today_rows).as_json(), "last_7_days": total(rows).as_json(),
        "ad_sets": [
            _ad_set_figures(row, live, rows, today_rows) for row in campaign.ad_sets
        ],
    }  # fmt: skip


def _ad_set_figures(
    ad_set: AdSet, live: PlatformCampaign, rows: Sequence[AdMetrics], today: Sequence[AdMetrics]
) -> dict[str, Any]:
    told = next((each for each in live.ad_sets if each.external_id == ad_set.external_id), None)
    # What was deleted on the platform itself is not shown there any more.
    status = told.status if told else DeliveryStatus.deleted
    budget = told.daily_budget if told else ad_set.daily_budget
    return {
        "ad_set": ad_set.ref, "name": ad_set.name, "status": status.value,
        "daily_budget": f"{budget:.2f}",
        "today": _of(today, ad_set.external_id).as_json(),
        "last_7_days": _of(rows, ad_set.external_id).as_json(),
        "ads": [
            {
                "creative": ad.creative, "copy": ad.copy,
                "last_7_days": total(
                    row for row in rows if row.ad_id == ad.external_id
                ).as_json(),
            }
            for ad in ad_set.ads
        ],
    }  # fmt: skip


def _of(rows: Sequence[AdMetrics], ad_set_id: str) -> Figures:
    return total(row for row in rows if row.ad_set_id == ad_set_id)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


async def _last_seen(context: ToolContext, campaign: Campaign) -> CampaignSnapshot | None:
    async with context.database.reading() as session:
        campaigns = CampaignRepository(session, context.organisation_id)
        snapshot = await campaigns.snapshot(campaign)
    if snapshot is None or context.clock.now() - snapshot.taken_at > FRESH:
        return None
    return snapshot


async def _keep(
    context: ToolContext, campaign: Campaign, figures: dict[str, Any], read_at: datetime
) -> None:
    state: dict[tuple[str, Field], str] = {(campaign.ref, "status"): figures["status"]}
    for each in figures["ad_sets"]:
        state[each["ad_set"], "status"] = each["status"]
        state[each["ad_set"], "daily_budget"] = each["daily_budget"]
    async with context.database.unit_of_work() as session:
        await SpendingBooks(session, context.organisation_id).lock()
        campaigns = CampaignRepository(session, context.organisation_id)
        # The row's lock also keeps two readers from adding a snapshot each.
        row = await campaigns.get(campaign.ref, lock=True)
        snapshot = await campaigns.snapshot(row)
        if snapshot is None:
            snapshot = CampaignSnapshot(organisation_id=context.organisation_id, campaign_id=row.id)
            session.add(snapshot)
        snapshot.taken_at, snapshot.figures = context.clock.now(), figures
        await take_over_row(session, context, row, state, read_at=read_at)
