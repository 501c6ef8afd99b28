"""Our specifications as the fields of the Graph API."""

from typing import Any

from config.platforms import MetaSettings
from tools.arguments import Objective
from tools.campaigns.platforms.base import (
    AdSetSpec,
    AdSpec,
    CampaignSpec,
    OptimizationGoal,
    SpecialCategory,
)  # fmt: skip
from tools.campaigns.platforms.meta import marking
from tools.campaigns.platforms.meta.money import to_minor

Fields = dict[str, Any]

OBJECTIVES: dict[Objective, str] = {
    "sales": "OUTCOME_SALES", "traffic": "OUTCOME_TRAFFIC", "awareness": "OUTCOME_AWARENESS",
}  # fmt: skip
_CATEGORIES: dict[SpecialCategory, str] = {
    "credit": "CREDIT", "employment": "EMPLOYMENT", "housing": "HOUSING",
    "financial": "FINANCIAL_PRODUCTS_SERVICES",
}  # fmt: skip
# Everybody, as far as Meta tells ages apart.
_OF_AGE = (18, 65)
_SALES_GOALS = {
    OptimizationGoal.value: "VALUE",
    OptimizationGoal.conversions: "OFFSITE_CONVERSIONS",
    OptimizationGoal.clicks: "LINK_CLICKS",
}
_PURCHASES = frozenset({"VALUE", "OFFSITE_CONVERSIONS"})


def campaign_fields(spec: CampaignSpec, digest: str) -> Fields:
    fields: Fields = {
        "name": marking.campaign_name(spec.name, digest, draft=True),
        "objective": OBJECTIVES[spec.objective],
        "status": "PAUSED",
        "special_ad_categories": [],
        "is_adset_budget_sharing_enabled": False,
    }
    if spec.special_category is not None:
        fields["special_ad_categories"] = [_CATEGORIES[spec.special_category]]
        fields["special_ad_category_country"] = sorted(
            {country for ad_set in spec.ad_sets for country in ad_set.countries}
        )
    return fields


def ad_set_fields(
    spec: CampaignSpec, position: int, campaign_id: str, digest: str,
    settings: MetaSettings, currency: str,
) -> Fields:  # fmt: skip
    """It sleeps until all of its campaign is there, so that one too many never spends."""
    ad_set = spec.ad_sets[position]
    goal = _goal(spec, ad_set)
    fields: Fields = {
        "name": marking.ad_set_name(ad_set.name, digest, position),
        "campaign_id": campaign_id,
        "daily_budget": to_minor(ad_set.daily_budget, currency),
        "billing_event": "IMPRESSIONS",
        "optimization_goal": goal,
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
        "targeting": _targeting(spec, ad_set),
        "status": "PAUSED",
    }
    if goal in _PURCHASES:
        fields["promoted_object"] = {
            "pixel_id": settings.pixel_id, "custom_event_type": "PURCHASE",
        }  # fmt: skip
    if settings.beneficiary is not None:
        fields["dsa_beneficiary"] = fields["dsa_payor"] = settings.beneficiary
    return fields


def ad_fields(
    spec: CampaignSpec, place: tuple[int, int], ad_set_id: str, digest: str, settings: MetaSettings
) -> Fields:
    """The creative comes with the ad, so that neither exists without the other."""
    ad = spec.ad_sets[place[0]].ads[place[1]]
    return {
        "name": marking.ad_name(ad.name, digest, *place, ad.creative_id),
        "adset_id": ad_set_id,
        "status": "ACTIVE",
        "creative": {
            "name": ad.name,
            "object_story_spec": {
                "page_id": settings.page_id,
                "link_data": _link(ad, spec.product_url or settings.website),
            },
        },
    }


def _link(ad: AdSpec, url: str) -> Fields:
    link: Fields = {
        "link": url,
        "message": ad.copy,
        "name": ad.name,
        "call_to_action": {"type": "LEARN_MORE", "value": {"link": url}},
    }
    if ad.media_url is not None:
        link["picture"] = ad.media_url
    return link


def _goal(spec: CampaignSpec, ad_set: AdSetSpec) -> str:
    """Meta measures purchases for sales alone."""
    if spec.objective == "sales":
        return _SALES_GOALS[ad_set.goal]
    return "LINK_CLICKS" if spec.objective == "traffic" else "REACH"


def _targeting(spec: CampaignSpec, ad_set: AdSetSpec) -> Fields:
    low, high = _OF_AGE if spec.special_category else (ad_set.age_min, ad_set.age_max)
    return {
        "geo_locations": {"countries": list(ad_set.countries)},
        "age_min": low,
        "age_max": high,
        # Otherwise Meta may leave the ages that were asked for.
        "targeting_automation": {"advantage_audience": 0},
    }
