"""The live state of campaigns, in the platforms' common shape.

What we delete is archived at Meta: it never delivers again, but its ad sets and figures can still
be read, which those of deleted objects cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tools.campaigns.platforms.base import (
    DeliveryStatus,
    MarkedCampaign,
    PlatformAd,
    PlatformAdSet,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.meta import marking
from tools.campaigns.platforms.meta.errors import NAME
from tools.campaigns.platforms.meta.graph import Graph, Json
from tools.campaigns.platforms.meta.money import from_minor
from tools.campaigns.platforms.meta.payloads import OBJECTIVES

CAMPAIGN_FIELDS = "name,objective,status,effective_status,created_time"
# Campaigns and ads have no bid strategy and billing event at once, so this asks for ad sets alone.
AD_SET_FIELDS = "name,status,effective_status,daily_budget,billing_event,campaign_id"
_AD_FIELDS = "name,adset_id,creative{id}"

WRITTEN = {
    DeliveryStatus.active: "ACTIVE",
    DeliveryStatus.paused: "PAUSED",
    DeliveryStatus.deleted: "ARCHIVED",
}
_STATUSES = {
    "ACTIVE": DeliveryStatus.active,
    "PAUSED": DeliveryStatus.paused,
    "ARCHIVED": DeliveryStatus.deleted,
    "DELETED": DeliveryStatus.deleted,
}
GONE = frozenset({"ARCHIVED", "DELETED"})
# Edges leave archived objects out unless they are asked for, and never show deleted ones.
_CAMPAIGN_STATES = ["ACTIVE", "PAUSED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES"]
_AD_SET_STATES = [*_CAMPAIGN_STATES, "CAMPAIGN_PAUSED"]
AD_STATES = [
    *_AD_SET_STATES, "ADSET_PAUSED", "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED",
    "PENDING_BILLING_INFO",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """The ad sets and ads of one campaign as the edges show them, in the order of their places."""

    ad_sets: Sequence[Json]
    ads: Sequence[Json]


def status_of(row: Json) -> DeliveryStatus:
    """The object's own switch."""
    return _STATUSES[row["status"]]


async def marked_campaigns(graph: Graph, digest: str) -> list[Json]:
    """Every campaign with this marker, drafts too, the oldest first."""
    rows = await _campaigns(graph, _CAMPAIGN_STATES)
    return [row for row in rows if marking.parsed(row["name"]).digest == digest]


async def all_marked(graph: Graph) -> list[MarkedCampaign]:
    """Every campaign with any marker that may still run, drafts too, the oldest first."""
    rows = await _campaigns(graph, [state for state in _CAMPAIGN_STATES if state not in GONE])
    named = [(row, marking.parsed(row["name"])) for row in rows]
    return [
        MarkedCampaign(
            external_id=row["id"], key=name.digest, name=name.name, status=status_of(row),
            draft=name.draft,
        )
        for row, name in named
        if name.digest is not None
    ]  # fmt: skip


async def _campaigns(graph: Graph, states: Sequence[str]) -> list[Json]:
    """The oldest first."""
    rows = await graph.pages(
        f"{graph.account}/campaigns", "campaigns",
        fields=f"id,{CAMPAIGN_FIELDS}", effective_status=states,
    )  # fmt: skip
    return sorted(rows, key=lambda row: int(row["id"]))


async def children_of(graph: Graph, campaign_id: str) -> Children:
    ad_sets = await graph.pages(
        f"{campaign_id}/adsets", "adsets",
        fields=f"id,{AD_SET_FIELDS}", effective_status=_AD_SET_STATES,
    )  # fmt: skip
    ads = await graph.pages(
        f"{campaign_id}/ads", "ads", fields=f"id,{_AD_FIELDS}", effective_status=AD_STATES
    )
    return Children(ad_sets=sorted(ad_sets, key=_order), ads=sorted(ads, key=_order))


async def live_state(graph: Graph, campaign: Json, currency: str) -> PlatformCampaign:
    """The state of a campaign that was just read."""
    children = await children_of(graph, campaign["id"])
    name = marking.parsed(campaign["name"])
    objective = next((ours for ours, named in OBJECTIVES.items() if named == campaign["objective"]),
                     None)  # fmt: skip
    if objective is None:
        raise PlatformRefused(ErrorCode.INVALID_REQUEST, NAME)
    return PlatformCampaign(
        external_id=campaign["id"],
        key=name.digest or "",
        name=name.name,
        objective=objective,
        status=status_of(campaign),
        created_at=datetime.fromisoformat(campaign["created_time"]),
        ad_sets=tuple(_ad_set(row, children.ads, currency) for row in children.ad_sets),
    )


def _ad_set(row: Json, ads: Sequence[Json], currency: str) -> PlatformAdSet:
    budget = row.get("daily_budget")
    return PlatformAdSet(
        external_id=row["id"],
        name=marking.parsed(row["name"]).name,
        status=status_of(row),
        # Ad sets that others made may leave the budget to their campaign.
        daily_budget=from_minor(budget, currency) if budget else Decimal(0),
        ads=tuple(_ad(ad) for ad in ads if ad["adset_id"] == row["id"]),
    )


def _ad(row: Json) -> PlatformAd:
    name = marking.parsed(row["name"])
    return PlatformAd(
        external_id=row["id"], creative_id=name.creative or row["creative"]["id"], name=name.name
    )


def _order(row: Json) -> tuple[tuple[int, int], int]:
    return marking.parsed(row["name"]).place, int(row["id"])
