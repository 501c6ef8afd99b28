"""The questions that are asked, in Google's query language (GAQL).

What is put into them are ids, markers, days and country codes, whose form is checked before:
none of them can hold a quotation mark.
"""

from collections.abc import Iterable
from datetime import date

from tools.campaigns.platforms.google.naming import ANY, pattern

_LABELS = "SELECT label.id, label.name, label.text_label.description FROM label WHERE"


def label_named(marker: str) -> str:
    return f"{_LABELS} label.name = '{marker}' ORDER BY label.id"


def customer() -> str:
    return (
        "SELECT customer.descriptive_name, customer.currency_code, customer.time_zone, "
        "customer.status, customer.manager FROM customer"
    )


def every_label() -> str:
    """Of ours and of others."""
    return f"{_LABELS} label.id > 0 ORDER BY label.id"


def every_campaign() -> str:
    """Every one that carries a marker of ours, and is not removed."""
    return (
        "SELECT campaign.id, campaign.name, campaign.status FROM campaign "
        f"WHERE campaign.name REGEXP_MATCH '{ANY}' AND campaign.status != 'REMOVED'"
    )


def labels_by_id(ids: Iterable[str]) -> str:
    return f"{_LABELS} label.id IN ({', '.join(ids)})"


def campaigns(marker: str) -> str:
    return (
        "SELECT campaign.id, campaign.resource_name, campaign.name, campaign.status, "
        f"campaign.url_custom_parameters, campaign_budget.amount_micros FROM campaign {_of(marker)}"
    )


def ad_groups(marker: str) -> str:
    return (
        "SELECT ad_group.id, ad_group.name, ad_group.status, campaign.id "
        f"FROM ad_group {_of(marker)} ORDER BY ad_group.id"
    )


def ads(marker: str) -> str:
    return (
        "SELECT ad_group_ad.ad.id, ad_group_ad.ad.url_custom_parameters, "
        "ad_group_ad.ad.responsive_search_ad.headlines, ad_group.id "
        f"FROM ad_group_ad {_of(marker)}"
    )


def ad_group(ad_group_id: str) -> str:
    return (
        "SELECT ad_group.resource_name, ad_group.status, campaign.name, campaign.status, "
        f"campaign.campaign_budget FROM ad_group WHERE ad_group.id = {ad_group_id}"
    )


def figures(markers: list[str], start: date, end: date) -> str:
    return (
        "SELECT segments.date, campaign.name, ad_group.id, ad_group_ad.ad.id, "
        "metrics.cost_micros, metrics.conversions_value, metrics.conversions, "
        "metrics.impressions, metrics.clicks FROM ad_group_ad "
        f"WHERE campaign.name REGEXP_MATCH '{pattern(markers)}' "
        f"AND segments.date BETWEEN '{start}' AND '{end}' ORDER BY segments.date"
    )


def countries(codes: Iterable[str]) -> str:
    listed = ", ".join(f"'{code}'" for code in codes)
    return (
        "SELECT geo_target_constant.resource_name, geo_target_constant.country_code "
        "FROM geo_target_constant WHERE geo_target_constant.target_type = 'Country' "
        f"AND geo_target_constant.status = 'ENABLED' AND geo_target_constant.country_code IN ({listed})"
    )


def _of(marker: str) -> str:
    return f"WHERE campaign.name REGEXP_MATCH '{pattern([marker])}'"
