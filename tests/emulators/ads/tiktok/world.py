"""Everything that exists in the emulator: accounts and what is in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from tests.emulators.ads.market import Market
from tests.emulators.ads.tiktok.errors import unknown
from tools.campaigns.platforms.base import DeliveryStatus

Json = dict[str, Any]

# GeoNames' numbers, as TikTok uses them.
COUNTRIES = {
    "CN": "1814991", "US": "6252001", "GB": "2635167", "DE": "2921044", "JP": "1861060",
    "SG": "1880251", "MY": "1733045", "TH": "1605651", "CA": "6251999", "AU": "2077456",
}  # fmt: skip
MOST_ADS = 20


@dataclass(kw_only=True)
class Thing:
    """A campaign, ad group or ad: `fields` as they were sent."""

    id: str
    fields: Json
    enabled: bool
    created: datetime
    modified: datetime
    deleted: bool = False
    told: DeliveryStatus | None = None  # what the market was last told


T = TypeVar("T", bound=Thing)


@dataclass(kw_only=True)
class Ad(Thing):
    ad_group: "AdGroup"
    delivered: bool = False


@dataclass(kw_only=True)
class AdGroup(Thing):
    campaign: "Campaign"
    ads: list[Ad] = field(default_factory=list)

    @property
    def delivery(self) -> DeliveryStatus:
        """What the market sees: nothing runs without an ad that is on."""
        if self.deleted:
            return DeliveryStatus.deleted
        shown = any(ad.enabled and not ad.deleted for ad in self.ads)
        return DeliveryStatus.active if self.enabled and shown else DeliveryStatus.paused


@dataclass(kw_only=True)
class Campaign(Thing):
    ad_groups: list[AdGroup] = field(default_factory=list)

    @property
    def delivery(self) -> DeliveryStatus:
        if self.deleted:
            return DeliveryStatus.deleted
        return DeliveryStatus.active if self.enabled else DeliveryStatus.paused

    @property
    def running(self) -> bool:
        """Whether it may spend now."""
        active = DeliveryStatus.active
        return self.delivery is active and any(each.delivery is active for each in self.ad_groups)


@dataclass(kw_only=True)
class Advertiser:
    """One account. `status_on_create` is off for accounts that ignore a campaign's status when it
    is created."""

    id: str
    market: Market
    numbers: Iterator[int]
    token: str = field(default_factory=lambda: uuid4().hex)
    identity_id: str = ""
    pixel_id: str = ""
    image_id: str = ""
    min_budget: Decimal = Decimal(20)
    status_on_create: bool = True
    token_state: str = "valid"
    status: str = "STATUS_ENABLE"
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    title: str = "Huo Shop"
    scopes: frozenset[str] = frozenset({"advertiser", "campaign", "adgroup", "ad", "report"})
    countries: dict[str, str] = field(default_factory=lambda: dict(COUNTRIES))
    images: set[str] = field(default_factory=set)
    videos: set[str] = field(default_factory=set)
    campaigns: list[Campaign] = field(default_factory=list)
    requests: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.identity_id, self.pixel_id = self.new_id(), self.new_id()
        self.image_id = self.upload("image")

    def new_id(self) -> str:
        return str(7_300_000_000_000_000_000 + next(self.numbers))

    def upload(self, kind: str) -> str:
        """A new picture's or video's id."""
        ref = f"{'ad-site-i18n' if kind == 'image' else 'v10033g5'}{next(self.numbers):08d}"
        (self.images if kind == "image" else self.videos).add(ref)
        return ref

    def expire(self) -> None:
        self.token_state = "expired"

    def revoke(self) -> None:
        self.token_state = "revoked"

    @property
    def living(self) -> list[Campaign]:
        return [campaign for campaign in self.campaigns if not campaign.deleted]

    @property
    def ad_groups(self) -> list[AdGroup]:
        return [each for campaign in self.campaigns for each in campaign.ad_groups]

    @property
    def ads(self) -> list[Ad]:
        return [ad for ad_group in self.ad_groups for ad in ad_group.ads]

    def campaign(self, ref: str) -> Campaign:
        return _found(self.campaigns, ref, "campaign")

    def ad_group(self, ref: str) -> AdGroup:
        return _found(self.ad_groups, ref, "ad group")

    def ad(self, ref: str) -> Ad:
        return _found(self.ads, ref, "ad")


def _found(things: Sequence[T], ref: str, kind: str) -> T:
    for thing in things:
        if thing.id == ref:
            return thing
    raise unknown(kind, ref)


@dataclass(kw_only=True)
class World:
    advertisers: dict[str, Advertiser] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
