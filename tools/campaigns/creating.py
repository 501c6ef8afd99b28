"""create_campaign, carried out: on the platform, paused, then in our own rows."""

from typing import Any

from storage.ledger import digest
from storage.tables.campaign import Campaign
from tools.campaigns.plans import CreationPlan
from tools.campaigns.recording import ids_of, record, spec_of
from tools.campaigns.spending import check_new_campaign
from tools.campaigns.wording import money
from tools.context import ToolContext
from tools.result import ToolResult


async def execute_creation(context: ToolContext, stored: dict[str, Any]) -> ToolResult:
    campaign = await create(context, CreationPlan.model_validate(stored))
    return _result(context, campaign)


async def create(context: ToolContext, plan: CreationPlan) -> Campaign:
    """Create on the platform, paused, then keep our rows; running it again finds both. Raises
    LimitReached for a campaign that could never be started."""
    platform = context.platforms.get(plan.platform, plan.account)
    key = digest([context.organisation_id, context.order_key])[:24]

    async def act() -> dict[str, Any]:
        await check_new_campaign(context, plan.daily_budget)
        return ids_of(await platform.create_campaign(spec_of(plan), key=key))

    async def find() -> dict[str, Any] | None:
        found = await platform.find_campaign(key)
        return ids_of(found) if found else None

    # As it was stored: fields that came later would make another request of an old plan.
    request = plan.model_dump(mode="json", exclude_unset=True)
    ids = await context.ledger.once(
        f"{context.order_key}:0", "ads.create_campaign", request, act=act, find=find
    )
    async with context.database.unit_of_work() as session:
        campaign = await record(
            session, context.organisation_id, plan, key=key, ids=ids, now=context.clock.now()
        )
        await context.campaign_changed(session, campaign.ref)
    return campaign


def _result(context: ToolContext, campaign: Campaign) -> ToolResult:
    ads = sum(len(ad_set.ads) for ad_set in campaign.ad_sets)
    text = context.say(
        "campaigns.create.done", ref=campaign.ref, name=campaign.name,
        ad_sets=len(campaign.ad_sets), ads=ads, budget=money(context, campaign.daily_budget),
    )  # fmt: skip
    return ToolResult(status="ok", text=text, data=_data(campaign), shown=(campaign.ref,))


def _data(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign": campaign.ref,
        "status": campaign.status.value,
        "ad_sets": [
            {"ad_set": row.ref, "name": row.name, "daily_budget": f"{row.daily_budget:.2f}"}
            for row in campaign.ad_sets
        ],
        "ads": [
            {
                "ad_set": row.ref,
                "creative": ad.creative,
                "copy": ad.copy,
                "external_id": ad.external_id,
            }
            for row in campaign.ad_sets
            for ad in row.ads
        ],
    }
