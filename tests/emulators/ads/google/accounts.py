"""What an account holds: resources by their names, as Google's own messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow

# A message of the library, beneath its Python wrapping.
Resource = Any
Resources = dict[str, Resource]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`noun` names the field of a row and the start of `<noun>_operation`; the name of a resource
    that hangs between two others is made of both their ids (`parents`)."""

    noun: str
    collection: str
    parents: tuple[str, ...] = ()
    switched: bool = False


KINDS = {
    kind.noun: kind
    for kind in (
        Kind(noun="label", collection="labels"),
        Kind(noun="campaign_budget", collection="campaignBudgets"),
        Kind(noun="campaign", collection="campaigns", switched=True),
        Kind(noun="campaign_criterion", collection="campaignCriteria", parents=("campaign",)),
        Kind(noun="campaign_label", collection="campaignLabels", parents=("campaign", "label")),
        Kind(noun="ad_group", collection="adGroups", switched=True),
        Kind(noun="ad_group_criterion", collection="adGroupCriteria", parents=("ad_group",)),
        Kind(noun="ad_group_ad", collection="adGroupAds", parents=("ad_group",), switched=True),
    )
}
# Country code -> the number of its geo target constant.
COUNTRIES = {
    "CN": 2156, "DE": 2276, "FR": 2250, "GB": 2826, "HK": 2344, "JP": 2392, "MY": 2458,
    "SG": 2702, "TH": 2764, "TW": 2158, "US": 2840,
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Account:
    customer_id: str
    refresh_token: str
    login_customer_id: str | None = None
    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"
    enabled: bool = True
    title: str = "Huo Shop"
    manager: bool = False
    read_only: bool = False
    min_budget_micros: int = 1_000_000
    resources: Resources = field(default_factory=dict)

    def of(self, noun: str) -> Iterator[Resource]:
        return of(self.resources, noun)


class Ids:
    """No two resources of any account share one."""

    def __init__(self) -> None:
        self._next = count(10_000_000_001)

    def new(self) -> int:
        return next(self._next)


def of(resources: Resources, noun: str) -> Iterator[Resource]:
    collection = f"/{KINDS[noun].collection}/"
    return (resource for name, resource in resources.items() if collection in name)


def number(resource_name: str) -> str:
    return resource_name.rpartition("/")[2]


def row() -> Any:
    return GoogleAdsRow.pb(GoogleAdsRow())


def status_name(resource: Resource) -> str:
    values: dict[int, Any] = resource.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_number
    return str(values[resource.status].name)
