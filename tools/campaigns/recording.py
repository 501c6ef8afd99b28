"""A creation plan as the platform and as our tables see it."""

from datetime import datetime
from typing import Any

from storage.database import Session
from storage.repository import next_number
from storage.tables.campaign import (
    Ad,
    AdSet,
    Campaign,
    CampaignObjective,
    CampaignStatus,
)
from tools.campaigns.plans import CreationPlan, PlannedAdSet, PlannedCreative
from tools.campaigns.platforms.base import (
    AdSetSpec,
    AdSpec,
    CampaignSpec,
    OptimizationGoal,
    PlatformCampaign,
)
from tools.campaigns.repository import CampaignRepository


def spec_of(plan: CreationPlan) -> CampaignSpec:
    """What the platform is asked for."""
    ad_sets = tuple(
        AdSetSpec(
            name=row.name, countries=plan.countries, age_min=row.age_min, age_max=row.age_max,
            daily_budget=row.daily_budget, goal=OptimizationGoal.value,
            ads=tuple(_ad_spec(row, creative) for creative in plan.creatives_of(row)),
        )
        for row in plan.ad_sets
    )  # fmt: skip
    return CampaignSpec(
        name=plan.name,
        objective=plan.objective,
        ad_sets=ad_sets,
        product_url=plan.product_url,
        special_category=plan.special_category,
    )


def _ad_spec(ad_set: PlannedAdSet, creative: PlannedCreative) -> AdSpec:
    return AdSpec(
        creative_id=creative.id, name=creative.title, copy=ad_set.copy_of(creative).words,
        media_url=creative.url,
    )  # fmt: skip


def ids_of(created: PlatformCampaign) -> dict[str, Any]:
    """The platform's ids, in the order of the plan: `{id, ad_sets: [{id, ads: [id]}]}`."""
    ad_sets = [
        {"id": row.external_id, "ads": [ad.external_id for ad in row.ads]}
        for row in created.ad_sets
    ]
    return {"id": created.external_id, "ad_sets": ad_sets}


async def record(
    session: Session, organisation_id: int, plan: CreationPlan, *, key: str, ids: dict[str, Any],
    now: datetime,
) -> Campaign:  # fmt: skip
    """Our rows of what the platform created under `key`; the same ones when they are there."""
    campaigns = CampaignRepository(session, organisation_id)
    known = await campaigns.by_key(key)
    if known is not None:
        return known
    number = await next_number(session, organisation_id, "C")
    return await campaigns.add(
        Campaign(
            organisation_id=organisation_id, number=number, name=plan.name,
            platform=plan.platform, account=plan.account,
            objective=CampaignObjective(plan.objective),
            status=CampaignStatus.paused, daily_budget=plan.daily_budget,
            countries=list(plan.countries), target_roas=plan.target_roas,
            target_cpa=plan.target_cpa, product_url=plan.product_url, external_id=ids["id"],
            key=key, created_by=plan.ordered_by or None, created_at=now, updated_at=now,
            ad_sets=_ad_set_rows(organisation_id, number, plan, ids),
        )
    )  # fmt: skip


def _ad_set_rows(
    organisation_id: int, number: int, plan: CreationPlan, ids: dict[str, Any]
) -> list[AdSet]:
    return [
        AdSet(
            organisation_id=organisation_id, campaign_number=number, position=position,
            name=row.name, age_min=row.age_min, age_max=row.age_max,
            daily_budget=row.daily_budget, status=CampaignStatus.active,
            optimization_goal=OptimizationGoal.value, bid_strategy="lowest_cost",
            external_id=created["id"],
            ads=[
                Ad(
                    organisation_id=organisation_id, creative=creative.id,
                    copy=row.copy_of(creative).words, external_id=ad_id,
                )
                for creative, ad_id in zip(plan.creatives_of(row), created["ads"], strict=True)
            ],
        )
        for position, (row, created) in enumerate(
            zip(plan.ad_sets, ids["ad_sets"], strict=True), start=1
        )
    ]  # fmt: skip
