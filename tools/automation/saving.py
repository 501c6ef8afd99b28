"""What the module did is kept on the web platform too: at once, or as soon as that answers again.

The ad platform's answer is what counts: an order that was carried out there is a success, whether
the web platform could be told or not.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import structlog

from storage.tables.campaign import Campaign
from tools.automation.parameters import number
from tools.automation.web_platform import WebStore
from tools.campaigns.platforms.errors import PlatformError
from tools.campaigns.service import CampaignService
from tools.context import ToolContext
from tools.jobs.service import JobService

SAVE = "automation.save"
# Actions that make a campaign, and those that change one.
_MAKING = frozenset({"create_campaign", "create_ab_test"})
_CHANGING = frozenset({"manage_campaign", "optimize_budget"})

log = structlog.get_logger()

Handler = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]


def handlers(web: WebStore | None) -> Mapping[str, Handler]:
    """By kind of job; a handler may run again for the same job."""
    return {SAVE: partial(_save_again, web)}


async def save(
    web: WebStore, context: ToolContext, action: str, ref: str | None
) -> dict[str, Any] | None:
    """Whether the campaign `ref` was saved, and why not; None when there is nothing to save."""
    if ref is None or action not in _MAKING | _CHANGING:
        return None
    campaign = await CampaignService.of(context).get(ref)
    try:
        if action in _MAKING:
            await web.create_campaign(_record(campaign))
        else:
            await web.update_campaign(ref, _record(campaign))
    except PlatformError as error:
        log.warning("automation.not_saved", campaign=ref, error_code=error.code.value)
        await _later(context, ref)
        return {"saved": False, "error": {"code": error.code.value, "type": error.code.name}}
    return {"saved": True}


async def _later(context: ToolContext, ref: str) -> None:
    async with context.database.unit_of_work() as session:
        await JobService.of(session, context).once(
            session, f"web:{ref}:{context.order_key}", SAVE, {"campaign": ref}
        )


async def _save_again(web: WebStore | None, context: ToolContext, payload: dict[str, Any]) -> None:
    """As the campaign is by then. Raises what the web platform does: the job is tried again while
    that is transient."""
    if web is not None:
        campaign = await CampaignService.of(context).get(payload["campaign"])
        await web.create_campaign(_record(campaign))


def _record(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign_id": campaign.ref, "name": campaign.name, "platform": campaign.platform,
        "objective": campaign.objective.value, "status": campaign.status.value,
        "daily_budget": number(campaign.daily_budget), "countries": campaign.countries,
        "product_url": campaign.product_url, "target_roas": number(campaign.target_roas),
        "target_cpa": number(campaign.target_cpa),
        "created_at": campaign.created_at.isoformat(),
        "updated_at": campaign.updated_at.isoformat(),
        "adsets": [
            {
                "adset_id": row.ref, "name": row.name, "status": row.status.value,
                "daily_budget": number(row.daily_budget),
            }
            for row in campaign.ad_sets
        ],
    }  # fmt: skip
