"""From Google's rows to the platforms' common shape, and back for what is switched."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from tools.arguments import Objective
from tools.campaigns.platforms.base import (
    AdMetrics,
    DeliveryStatus,
    MarkedCampaign,
    PlatformAd,
    PlatformAdSet,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.google.client import Row
from tools.campaigns.platforms.google.money import from_micros, to_the_cent
from tools.campaigns.platforms.google.naming import is_marker, marker_in, place_in, shown_name

STATUSES = {
    "ENABLED": DeliveryStatus.active,
    "PAUSED": DeliveryStatus.paused,
    "REMOVED": DeliveryStatus.deleted,
}
NAMES = {status: name for name, status in STATUSES.items()}


def group_status(campaigns: Sequence[Row]) -> DeliveryStatus:
    """The one switch of all campaigns of a key; a person may have moved some of them alone."""
    statuses = {STATUSES[row["campaign"]["status"]] for row in campaigns}
    for status in (DeliveryStatus.active, DeliveryStatus.paused):
        if status in statuses:
            return status
    return DeliveryStatus.deleted


def marked(labels: Sequence[Row], campaigns: Sequence[Row]) -> list[MarkedCampaign]:
    """What is not removed, one for each label of ours; `labels` may be anybody's."""
    of_marker: dict[str, list[Row]] = defaultdict(list)
    for row in campaigns:
        of_marker[marker_in(row["campaign"]["name"]) or ""].append(row)
    return [
        MarkedCampaign(
            external_id=label["id"], key=label.get("textLabel", {}).get("description", ""),
            name=shown_name(of_marker[label["name"]][0]["campaign"]["name"], ""),
            status=group_status(of_marker[label["name"]]),
        )
        for label in labels
        if is_marker(label["name"]) and of_marker[label["name"]]
    ]  # fmt: skip


def live_state(
    label: Row, key: str, campaigns: Sequence[Row], ad_groups: Sequence[Row], ads: Sequence[Row]
) -> PlatformCampaign:
    """`ad_groups` come by id: of several in one campaign the first is ours."""
    groups: dict[str, Row] = {}
    for row in ad_groups:
        groups.setdefault(row["campaign"]["id"], row["adGroup"])
    shown: dict[str, list[Row]] = defaultdict(list)
    for row in ads:
        shown[row["adGroup"]["id"]].append(row["adGroupAd"]["ad"])
    ordered = sorted(campaigns, key=lambda row: place_in(row["campaign"]["name"]))
    status = group_status(ordered)
    first = ordered[0]["campaign"]
    said = _parameters(first)
    return PlatformCampaign(
        external_id=label["id"],
        key=key,
        name=shown_name(first["name"], groups[first["id"]]["name"]),
        objective=cast("Objective", said.get("hkobjective", "sales")),
        status=status,
        created_at=datetime.fromtimestamp(int(said.get("hkcreated", 0)), UTC),
        ad_sets=tuple(
            _ad_set(row, groups[row["campaign"]["id"]], status, shown) for row in ordered
        ),
    )


def _ad_set(
    row: Row, group: Row, whole: DeliveryStatus, shown: Mapping[str, list[Row]]
) -> PlatformAdSet:
    own = STATUSES[group["status"]]
    if STATUSES[row["campaign"]["status"]] is DeliveryStatus.deleted is not whole:
        # Somebody removed this one campaign of several: for us its ad set is gone.
        own = DeliveryStatus.deleted
    ads = sorted(shown[group["id"]], key=lambda ad: int(_parameters(ad).get("hkplace", 0)))
    return PlatformAdSet(
        external_id=group["id"],
        name=group["name"],
        status=own,
        daily_budget=from_micros(row["campaignBudget"]["amountMicros"]),
        ads=tuple(_ad(ad) for ad in ads),
    )


def _ad(ad: Row) -> PlatformAd:
    """Google's text ads have no name; like its own pages we call them by their first headline."""
    headlines = ad.get("responsiveSearchAd", {}).get("headlines", ())
    return PlatformAd(
        external_id=ad["id"],
        creative_id=_parameters(ad).get("hkcreative", ""),
        name=headlines[0]["text"] if headlines else "",
    )


def metrics(row: Row, campaign_ids: Mapping[str, str]) -> AdMetrics:
    """`campaign_ids` are ours by marker. Google shares one conversion out among several ads, so
    its counts have fractions: they are rounded, the revenue is not."""
    figures = row.get("metrics", {})
    conversions = Decimal(str(figures.get("conversions", 0)))
    return AdMetrics(
        campaign_id=campaign_ids[marker_in(row["campaign"]["name"]) or ""],
        ad_set_id=row["adGroup"]["id"],
        ad_id=row["adGroupAd"]["ad"]["id"],
        day=date.fromisoformat(row["segments"]["date"]),
        spend=to_the_cent(from_micros(figures.get("costMicros", 0))),
        revenue=to_the_cent(Decimal(str(figures.get("conversionsValue", 0)))),
        impressions=int(figures.get("impressions", 0)),
        clicks=int(figures.get("clicks", 0)),
        conversions=int(conversions.to_integral_value(ROUND_HALF_UP)),
    )


def _parameters(resource: Row) -> dict[str, str]:
    return {each["key"]: each["value"] for each in resource.get("urlCustomParameters", ())}
