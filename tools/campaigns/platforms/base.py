"""What every ad platform does for us: the sandbox today, Meta, TikTok and Google in the same shape.

A platform object stands for one organisation's ad account. Money is in the organisation's
currency, with at most two decimals; days are those of the platform's own reports.

Every call may raise the errors of `platforms.errors`: PlatformRefused (a person has to act) or
PlatformUnavailable (nobody knows whether a write got through: read it back before repeating it).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from tools.arguments import Objective

# What may not be kept from anybody for who they are: such ads are shown to all ages.
SpecialCategory = Literal["credit", "employment", "housing", "financial"]


class DeliveryStatus(StrEnum):
    active = "active"
    paused = "paused"
    deleted = "deleted"


class OptimizationGoal(StrEnum):
    value = "value"
    conversions = "conversions"
    clicks = "clicks"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdSpec:
    """`creative_id` is our own id of the creative; it comes back with the ad."""

    creative_id: str
    name: str
    copy: str
    media_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdSetSpec:
    """Ages include both ends; placements are automatic, bids are for the lowest cost."""

    name: str
    countries: tuple[str, ...]
    age_min: int
    age_max: int
    daily_budget: Decimal
    goal: OptimizationGoal
    ads: tuple[AdSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSpec:
    """With a `special_category` the ages of the ad sets mean nothing: it is for everybody who is
    of age."""

    name: str
    objective: Objective
    ad_sets: tuple[AdSetSpec, ...]
    product_url: str | None = None
    special_category: SpecialCategory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAd:
    external_id: str
    creative_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAdSet:
    """`status` is the ad set's own switch: it delivers only while its campaign is active too."""

    external_id: str
    name: str
    status: DeliveryStatus
    daily_budget: Decimal
    ads: tuple[PlatformAd, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformCampaign:
    """The live state; ad sets and ads come in the order in which they were asked for.

    `created_at` is the platform's own time, which in the sandbox may run faster than ours.
    """

    external_id: str
    key: str
    name: str
    objective: Objective
    status: DeliveryStatus
    created_at: datetime
    ad_sets: tuple[PlatformAdSet, ...]

    @property
    def daily_budget(self) -> Decimal:
        """What all ad sets together may spend on a day."""
        return sum((ad_set.daily_budget for ad_set in self.ad_sets), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCampaign:
    """A campaign with a marker of ours, in short; `draft` says that it was never finished. `key` is
    what the platform keeps of the key: all of it, or a part of its SHA-256."""

    external_id: str
    key: str
    name: str
    status: DeliveryStatus
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdMetrics:
    """One ad on one day as reported up to now: conversions and revenue arrive over some days."""

    campaign_id: str
    ad_set_id: str
    ad_id: str
    day: date
    spend: Decimal
    revenue: Decimal
    impressions: int
    clicks: int
    conversions: int


class AdPlatform(Protocol):
    @property
    def name(self) -> str:
        """meta, tiktok, google or sandbox."""

    @property
    def min_daily_budget(self) -> Decimal:
        """The least that one ad set may be given a day."""

    def today(self, now: datetime) -> date:
        """The platform's reporting day at this moment; that day's figures are still partial."""

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        """Create the campaign with its ad sets and ads; it is paused, so that nothing spends.

        Ad sets are switched on below the paused campaign: one `set_status` starts everything at
        once. `key` is a marker that the platform keeps: the same key returns what the first call
        created, whatever `spec` says. Raises BudgetBelowMinimum.
        """

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        """The campaign that was created under `key`; None means surely none was."""

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        """Every campaign of the account that carries a marker of ours, drafts too, but no deleted
        ones."""

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        """The live state, of deleted campaigns too; raises UnknownObject."""

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        """Switch a campaign; its ad sets keep their own switches. Repeatable.

        `deleted` is for good: later changes raise ObjectDeleted. Raises UnknownObject.
        """

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        """The same for one ad set."""

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        """Set the absolute budget, from now on. Repeatable.

        Raises BudgetBelowMinimum, ObjectDeleted, UnknownObject.
        """

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        """Figures per ad and day from `start` to `end` (both included), ordered by day.

        Days on which an ad did nothing may be absent. Raises UnknownObject.
        """
