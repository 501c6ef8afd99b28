"""The whole tree of one campaign as operations of a single, atomic `googleAds:mutate`.

What is not there yet is called by negative numbers. Operations of one kind stand together, as
Google asks, and each after what it refers to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from tools.campaigns.platforms.base import AdSetSpec, AdSpec, CampaignSpec, OptimizationGoal
from tools.campaigns.platforms.google import texts
from tools.campaigns.platforms.google.client import Operation
from tools.campaigns.platforms.google.money import to_micros
from tools.campaigns.platforms.google.naming import campaign_name, kept_key, marker_of, one_line
from tools.campaigns.platforms.google.targeting import excluded_ages

# The lowest cost for what an ad set is after: Google's automatic bidding without a target.
_BIDDING = {
    OptimizationGoal.value: "maximizeConversionValue",
    OptimizationGoal.conversions: "maximizeConversions",
    OptimizationGoal.clicks: "targetSpend",
}
# Search terms are matched by Google, as no keywords are asked for; its own words and other pages
# are switched off, because a person has agreed to exactly these.
_AUTOMATION = {
    "aiMaxSetting": {"enableAiMax": True},
    "assetAutomationSettings": [
        {"assetAutomationType": kind, "assetAutomationStatus": "OPTED_OUT"}
        for kind in ("TEXT_ASSET_AUTOMATION", "FINAL_URL_EXPANSION_TEXT_ASSET_AUTOMATION")
    ],
}
_FIXED = {
    "status": "PAUSED",
    "advertisingChannelType": "SEARCH",
    "networkSettings": {"targetGoogleSearch": True, "targetSearchNetwork": True},
    "geoTargetTypeSetting": {"positiveGeoTargetType": "PRESENCE"},
    "containsEuPoliticalAdvertising": "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
    **_AUTOMATION,
}
_ORDER = (
    "labelOperation", "campaignBudgetOperation", "campaignOperation", "campaignCriterionOperation",
    "campaignLabelOperation", "adGroupOperation", "adGroupCriterionOperation",
    "adGroupAdOperation",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertiser:
    """Whose ads these are; `countries` are Google's geo target constants by ISO code."""

    customer_id: str
    business_name: str
    website: str
    countries: Mapping[str, str]
    created_at: str


def operations(spec: CampaignSpec, key: str, advertiser: Advertiser) -> list[Operation]:
    """Raises PlatformRefused for words or money that Google has no form for."""
    made = sorted(
        _Tree(spec, key, advertiser).walk(), key=lambda operation: _ORDER.index(operation[0])
    )
    return [{kind: {"create": resource}} for kind, resource in made]


class _Tree:
    def __init__(self, spec: CampaignSpec, key: str, advertiser: Advertiser) -> None:
        self._spec = spec
        self._advertiser = advertiser
        self._key = key
        self._marker = marker_of(key)
        self._temporary = count(-1, -1)

    def walk(self) -> Iterator[tuple[str, dict[str, Any]]]:
        label = self._name("labels")
        yield "labelOperation", {
            "resourceName": label, "name": self._marker,
            "textLabel": {"description": kept_key(self._key)},
        }  # fmt: skip
        for place, ad_set in enumerate(self._spec.ad_sets, start=1):
            yield from self._campaign(ad_set, place, label)

    def _campaign(
        self, ad_set: AdSetSpec, place: int, label: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        name = campaign_name(self._spec.name, ad_set.name, self._marker, place)
        budget, campaign = self._name("campaignBudgets"), self._name("campaigns")
        yield "campaignBudgetOperation", {
            "resourceName": budget, "name": name, "explicitlyShared": False,
            "amountMicros": to_micros(ad_set.daily_budget), "deliveryMethod": "STANDARD",
        }  # fmt: skip
        yield "campaignOperation", {
            "resourceName": campaign, "name": name, "campaignBudget": budget,
            "urlCustomParameters": _parameters(
                hkobjective=self._spec.objective, hkcreated=self._advertiser.created_at
            ),
            _BIDDING[ad_set.goal]: {}, **_FIXED,
        }  # fmt: skip
        for country in ad_set.countries:
            location = {"geoTargetConstant": self._advertiser.countries[country]}
            yield "campaignCriterionOperation", {"campaign": campaign, "location": location}
        yield "campaignLabelOperation", {"campaign": campaign, "label": label}
        yield from self._ad_group(ad_set, campaign)

    def _ad_group(self, ad_set: AdSetSpec, campaign: str) -> Iterator[tuple[str, dict[str, Any]]]:
        ad_group = self._name("adGroups")
        yield "adGroupOperation", {
            "resourceName": ad_group, "name": one_line(ad_set.name), "campaign": campaign,
            "status": "ENABLED", "type": "SEARCH_STANDARD",
        }  # fmt: skip
        special = self._spec.special_category is not None
        for age_range in [] if special else excluded_ages(ad_set.age_min, ad_set.age_max):
            yield "adGroupCriterionOperation", {
                "adGroup": ad_group, "negative": True, "ageRange": {"type": age_range}
            }  # fmt: skip
        for place, ad in enumerate(ad_set.ads, start=1):
            yield "adGroupAdOperation", {
                "adGroup": ad_group, "status": "ENABLED", "ad": self._ad(ad, place)
            }  # fmt: skip

    def _ad(self, ad: AdSpec, place: int) -> dict[str, Any]:
        business = self._advertiser.business_name
        page = self._spec.product_url or self._advertiser.website
        return {
            "finalUrls": [page],
            "urlCustomParameters": _parameters(hkcreative=ad.creative_id, hkplace=str(place)),
            "responsiveSearchAd": {
                "headlines": _lines(texts.headlines(ad.copy, ad.name, business, page)),
                "descriptions": _lines(texts.descriptions(ad.copy, business, page)),
            },
        }

    def _name(self, collection: str) -> str:
        return f"customers/{self._advertiser.customer_id}/{collection}/{next(self._temporary)}"


def _parameters(**values: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _lines(lines: list[str]) -> list[dict[str, str]]:
    return [{"text": line} for line in lines]
