"""What Google refuses in a new or changed resource, as pairs of a code and a field."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from tests.emulators.ads.google.accounts import (
    COUNTRIES,
    Account,
    Resource,
    Resources,
    of,
    status_name,
)

Said = Iterator[tuple[str, str]]
REQUIRED = {
    "label": ("name",),
    "campaign_budget": ("amount_micros",),
    "campaign": ("name", "advertising_channel_type", "campaign_budget"),
    "campaign_criterion": ("campaign",),
    "campaign_label": ("campaign", "label"),
    "ad_group": ("name", "campaign"),
    "ad_group_criterion": ("ad_group",),
    "ad_group_ad": ("ad_group", "ad"),
}
_SMALLEST_UNIT = 10_000
_LARGEST_BUDGET = 10**15


def check(noun: str, resource: Resource, draft: Resources, account: Account) -> Said:
    """Everything that is wrong with it, in a draft that does not hold it yet."""
    for field in REQUIRED[noun]:
        # Zero and an empty text are as good as nothing.
        if not getattr(resource, field):
            yield "field_error.REQUIRED", field
    yield from _CHECKS.get(noun, _nothing)(resource, draft, account)


def _nothing(resource: Resource, draft: Resources, account: Account) -> Said:
    yield from ()


def _label(label: Resource, draft: Resources, account: Account) -> Said:
    if _taken(label, of(draft, "label")):
        yield "label_error.DUPLICATE_NAME", "name"
    if len(label.name) > 80:
        yield "string_length_error.TOO_LONG", "name"
    if len(label.text_label.description) > 200:
        yield "string_length_error.TOO_LONG", "text_label.description"


def _budget(budget: Resource, draft: Resources, account: Account) -> Said:
    amount = budget.amount_micros
    if amount < 0:
        yield "campaign_budget_error.NEGATIVE_MONEY_AMOUNT", "amount_micros"
    elif amount % _SMALLEST_UNIT:
        yield "campaign_budget_error.NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT", "amount_micros"
    elif 0 < amount < account.min_budget_micros:
        yield "campaign_budget_error.BUDGET_BELOW_PER_DAY_MINIMUM", "amount_micros"
    elif amount > _LARGEST_BUDGET:
        yield "campaign_budget_error.MONEY_AMOUNT_TOO_LARGE", "amount_micros"
    if budget.explicitly_shared and _taken(budget, of(draft, "campaign_budget")):
        yield "campaign_budget_error.DUPLICATE_NAME", "name"


def _campaign(campaign: Resource, draft: Resources, account: Account) -> Said:
    if not campaign.contains_eu_political_advertising:
        code = "mutate_error.EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED"
        yield code, "contains_eu_political_advertising"
    if campaign.WhichOneof("campaign_bidding_strategy") is None:
        yield "field_error.REQUIRED", "campaign_bidding_strategy"
    if _taken(campaign, of(draft, "campaign")):
        yield "campaign_error.DUPLICATE_CAMPAIGN_NAME", "name"
    networks = campaign.network_settings
    if not (networks.target_google_search or networks.target_content_network):
        yield "campaign_error.CAMPAIGN_MUST_TARGET_AT_LEAST_ONE_NETWORK", "network_settings"
    if networks.target_search_network and not networks.target_google_search:
        code = "campaign_error.CANNOT_TARGET_SEARCH_NETWORK_WITHOUT_GOOGLE_SEARCH"
        yield code, "network_settings.target_search_network"
    if re.search(r"[\0\r\n]", campaign.name):
        yield "campaign_error.INVALID_CAMPAIGN_NAME", "name"
    if len(campaign.name) > 255:
        yield "string_length_error.TOO_LONG", "name"
    yield from _own_budget(campaign, draft)
    yield from _parameters(campaign)


def _own_budget(campaign: Resource, draft: Resources) -> Said:
    budget = draft.get(campaign.campaign_budget)
    if budget is None or budget.explicitly_shared:
        return
    for other in of(draft, "campaign"):
        if other.campaign_budget == campaign.campaign_budget and _other(campaign, other):
            yield "campaign_budget_error.CAMPAIGN_BUDGET_CANNOT_BE_SHARED", "campaign_budget"


def _ad_group(group: Resource, draft: Resources, account: Account) -> Said:
    siblings = (other for other in of(draft, "ad_group") if other.campaign == group.campaign)
    if _taken(group, siblings):
        yield "ad_group_error.DUPLICATE_ADGROUP_NAME", "name"
    if re.search(r"[\0\r\n]", group.name):
        yield "ad_group_error.INVALID_ADGROUP_NAME", "name"


def _ad(ad_group_ad: Resource, draft: Resources, account: Account) -> Said:
    ad = ad_group_ad.ad
    if ad.WhichOneof("ad_data") != "responsive_search_ad":
        yield "ad_error.INVALID_AD_TYPE", "ad"
        return
    if not ad.final_urls:
        yield "field_error.REQUIRED", "ad.final_urls"
    for url in ad.final_urls:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            yield "url_field_error.INVALID_FINAL_URL", "ad.final_urls"
    lines = ad.responsive_search_ad
    yield from _lines(lines.headlines, "ad.responsive_search_ad.headlines", (3, 15), 30)
    yield from _lines(lines.descriptions, "ad.responsive_search_ad.descriptions", (2, 4), 90)
    yield from _parameters(ad)


def _lines(lines: Resource, path: str, how_many: tuple[int, int], widest: int) -> Said:
    if len(lines) < how_many[0]:
        yield "collection_size_error.TOO_FEW", path
    if len(lines) > how_many[1]:
        yield "collection_size_error.TOO_MANY", path
    for line in lines:
        if not line.text:
            yield "field_error.REQUIRED", f"{path}.text"
        if sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.text) > widest:
            yield "string_length_error.TOO_LONG", f"{path}.text"
    if len({line.text for line in lines}) < len(lines):
        yield "asset_error.DUPLICATE_ASSET", path


def _campaign_criterion(criterion: Resource, draft: Resources, account: Account) -> Said:
    if criterion.WhichOneof("criterion") is None:
        yield "field_error.REQUIRED", "criterion"
    place = criterion.location.geo_target_constant
    if place and place not in {f"geoTargetConstants/{number}" for number in COUNTRIES.values()}:
        yield "criterion_error.INVALID_CRITERION_ID", "location.geo_target_constant"


def _ad_group_criterion(criterion: Resource, draft: Resources, account: Account) -> Said:
    if criterion.WhichOneof("criterion") is None:
        yield "field_error.REQUIRED", "criterion"


def _parameters(resource: Resource) -> Said:
    for each in resource.url_custom_parameters:
        if not re.fullmatch(r"[A-Za-z0-9]{1,16}", each.key):
            code = "url_field_error.INVALID_CHARACTERS_IN_URL_CUSTOM_PARAMETER_KEY"
            yield code, "url_custom_parameters"
        if not re.fullmatch(r"[!-~]{1,200}", each.value):
            code = "url_field_error.INVALID_CHARACTERS_IN_URL_CUSTOM_PARAMETER_VALUE"
            yield code, "url_custom_parameters"


def _taken(resource: Resource, others: Iterator[Resource]) -> bool:
    return any(resource.name == other.name and _other(resource, other) for other in others)


def _other(resource: Resource, other: Resource) -> bool:
    return resource.resource_name != other.resource_name and status_name(other) != "REMOVED"


_CHECKS: dict[str, Callable[[Resource, Resources, Account], Said]] = {
    "label": _label,
    "campaign_budget": _budget,
    "campaign": _campaign,
    "ad_group": _ad_group,
    "ad_group_ad": _ad,
    "campaign_criterion": _campaign_criterion,
    "ad_group_criterion": _ad_group_criterion,
}
