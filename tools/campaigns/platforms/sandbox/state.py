"""The live state of a campaign: the end of its log, in the platforms' common shape."""

from collections.abc import Sequence
from decimal import Decimal

from storage.tables.sandbox import SandboxAdSet, SandboxCampaign, SandboxChange
from tools.campaigns.platforms.base import (
    DeliveryStatus,
    PlatformAd,
    PlatformAdSet,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.sandbox import ids


def live_state(campaign: SandboxCampaign) -> PlatformCampaign:
    return PlatformCampaign(
        external_id=ids.external(ids.CAMPAIGN, campaign.id),
        key=campaign.key,
        name=campaign.name,
        objective=campaign.objective,
        status=status_of(campaign.changes, None),
        created_at=campaign.created_at,
        ad_sets=tuple(_ad_set(campaign, ad_set) for ad_set in campaign.ad_sets),
    )


def status_of(changes: Sequence[SandboxChange], ad_set_id: int | None) -> DeliveryStatus:
    """The latest status of an ad set, or of the campaign itself."""
    latest = [c.status for c in changes if c.ad_set_id == ad_set_id and c.status is not None]
    return DeliveryStatus(latest[-1])


def budget_of(changes: Sequence[SandboxChange], ad_set_id: int) -> Decimal:
    """The latest daily budget of an ad set."""
    budgets = [c.daily_budget for c in changes if c.ad_set_id == ad_set_id]
    return [budget for budget in budgets if budget is not None][-1]


def _ad_set(campaign: SandboxCampaign, ad_set: SandboxAdSet) -> PlatformAdSet:
    return PlatformAdSet(
        external_id=ids.external(ids.AD_SET, ad_set.id),
        name=ad_set.name,
        status=status_of(campaign.changes, ad_set.id),
        daily_budget=budget_of(campaign.changes, ad_set.id),
        ads=tuple(
            PlatformAd(
                external_id=ids.external(ids.AD, ad.id), creative_id=ad.creative_id, name=ad.name
            )
            for ad in ad_set.ads
        ),
    )
