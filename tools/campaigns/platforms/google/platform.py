"""Google Ads as an AdPlatform.

In Google's tree the budget stands at the campaign, in ours at the ad set, and one of our campaigns
has several. So each of our ad sets is a Google campaign of its own, with a budget of its own that
nothing else may share, and exactly one ad group:

    our campaign   a label, and all Google campaigns that carry it (and its marker in their names)
      its switch   the status of these campaigns, moved together in one atomic call
    our ad set     a Google campaign with its budget and its ad group
      its switch   the status of the ad group: it stays as it is when the campaign is switched
      its budget   the campaign's budget
    our ad         an ad of the ad group

Alternatives lose something: ad groups under one campaign share its budget, and Google would move
money between our ad sets as it likes; a shared budget does the same; one Google campaign with our
ad set's switch as its status would have no second switch to remember a paused ad set by.

The label is more than a group: names of labels are unique in an account, and it is made in the
same atomic call as the tree. Of two creates with one key, even of one whose answer was lost and
that arrives late, Google lets only one through. The id of the label is our campaign's id.

The ads are responsive search ads, which are text: the picture or film of a creative has no place
in them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx

from config.clock import Clock
from config.platforms import GoogleAdsSettings
from tools.campaigns.platforms.accounts import AccountFacts
from tools.campaigns.platforms.base import (
    AdMetrics,
    CampaignSpec,
    DeliveryStatus,
    MarkedCampaign,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.errors import (
    BudgetBelowMinimum,
    ErrorCode,
    ObjectDeleted,
    PlatformRefused,
    PlatformUnavailable,
    UnknownObject,
)
from tools.campaigns.platforms.google import queries
from tools.campaigns.platforms.google.account import read_facts
from tools.campaigns.platforms.google.client import GoogleAdsClient, Operation, Row
from tools.campaigns.platforms.google.errors import DUPLICATE_LABEL, PLATFORM, REMOVED
from tools.campaigns.platforms.google.money import to_micros
from tools.campaigns.platforms.google.naming import is_marker, marker_in, marker_of
from tools.campaigns.platforms.google.state import (
    NAMES,
    STATUSES,
    group_status,
    live_state,
    marked,
    metrics,
)
from tools.campaigns.platforms.google.tree import Advertiser, operations
from tools.campaigns.platforms.http import Observe

_DELETED = DeliveryStatus.deleted
_LONGEST_ID = 19


class GooglePlatform:
    """One Google Ads account; `await aclose()` at the end."""

    def __init__(
        self, settings: GoogleAdsSettings, clock: Clock, *, observe: Observe | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._clock = clock
        self._client = GoogleAdsClient(settings, clock, observe=observe, transport=transport)
        self._countries: dict[str, str] = {}
        self._zone = ZoneInfo(settings.timezone)

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def min_daily_budget(self) -> Decimal:
        return self._settings.min_daily_budget

    def today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    async def facts(self) -> AccountFacts:
        return await read_facts(self._client)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        for ad_set in spec.ad_sets:
            self._check_budget(ad_set.daily_budget)
        found = await self.find_campaign(key)
        if found is not None:
            return found
        await self._learn_countries(code for ad_set in spec.ad_sets for code in ad_set.countries)
        try:
            await self._client.mutate(operations(spec, key, self._advertiser()))
        except PlatformRefused as error:
            if error.platform_code != DUPLICATE_LABEL:
                raise
        created = await self.find_campaign(key)
        if created is None:
            raise _unreadable()
        return created

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        labels = await self._client.search(queries.label_named(marker_of(key)))
        return await self._state(labels[0]["label"], key) if labels else None

    async def marked_campaigns(self) -> list[MarkedCampaign]:
        labels, campaigns = await asyncio.gather(
            self._client.search(queries.every_label()),
            self._client.search(queries.every_campaign()),
        )
        return marked([row["label"] for row in labels], campaigns)

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        label = (await self._labels([campaign_id]))[campaign_id]
        return await self._state(label, label.get("textLabel", {}).get("description", ""))

    async def set_status(self, campaign_id: str, status: DeliveryStatus) -> None:
        label = (await self._labels([campaign_id]))[campaign_id]
        rows = await self._client.search(queries.campaigns(label["name"]))
        if group_status(rows) is _DELETED is not status:
            raise ObjectDeleted(PLATFORM, campaign_id)
        campaigns = [row["campaign"] for row in rows]
        changes = [
            _switch("campaignOperation", campaign["resourceName"], status)
            for campaign in campaigns
            if STATUSES[campaign["status"]] not in (status, _DELETED)
        ]
        await self._change(changes, campaign_id)

    async def set_ad_set_status(self, ad_set_id: str, status: DeliveryStatus) -> None:
        row = await self._ad_group(ad_set_id)
        group = row["adGroup"]
        if STATUSES[group["status"]] is status:
            return
        _check_exists(row, ad_set_id)
        await self._change([_switch("adGroupOperation", group["resourceName"], status)], ad_set_id)

    async def set_daily_budget(self, ad_set_id: str, amount: Decimal) -> None:
        self._check_budget(amount)
        row = await self._ad_group(ad_set_id)
        _check_exists(row, ad_set_id)
        budget = {
            "resourceName": row["campaign"]["campaignBudget"], "amountMicros": to_micros(amount)
        }  # fmt: skip
        update = {"update": budget, "updateMask": "amountMicros"}
        await self._change([{"campaignBudgetOperation": update}], ad_set_id)

    async def daily_metrics(
        self, campaign_ids: Sequence[str], start: date, end: date
    ) -> list[AdMetrics]:
        labels = await self._labels(campaign_ids)
        if not labels:
            return []
        by_marker = {label["name"]: label["id"] for label in labels.values()}
        rows = await self._client.search(queries.figures([*by_marker], start, end))
        found = [metrics(row, by_marker) for row in rows]
        return sorted(found, key=lambda row: row.day)

    async def _state(self, label: Row, key: str) -> PlatformCampaign:
        """Raises PlatformUnavailable while Google does not show all of what it made at once."""
        marker = label["name"]
        campaigns, ad_groups, ads = await asyncio.gather(
            self._client.search(queries.campaigns(marker)),
            self._client.search(queries.ad_groups(marker)),
            self._client.search(queries.ads(marker)),
        )
        shown = {row["campaign"]["id"] for row in ad_groups}
        if not campaigns or any(row["campaign"]["id"] not in shown for row in campaigns):
            raise _unreadable()
        return live_state(label, key, campaigns, ad_groups, ads)

    async def _labels(self, campaign_ids: Sequence[str]) -> dict[str, Row]:
        """By id; raises UnknownObject for the first that is not ours."""
        for campaign_id in campaign_ids:
            _check_form(campaign_id)
        if not campaign_ids:
            return {}
        rows = await self._client.search(queries.labels_by_id(dict.fromkeys(campaign_ids)))
        # A label that people made for themselves is none of ours.
        found = {
            row["label"]["id"]: row["label"] for row in rows if is_marker(row["label"]["name"])
        }
        for campaign_id in campaign_ids:
            if campaign_id not in found:
                raise UnknownObject(PLATFORM, campaign_id)
        return found

    async def _ad_group(self, ad_set_id: str) -> Row:
        """One of ours: nothing else in the account is ever touched."""
        _check_form(ad_set_id)
        rows = await self._client.search(queries.ad_group(ad_set_id))
        if not rows or marker_in(rows[0]["campaign"]["name"]) is None:
            raise UnknownObject(PLATFORM, ad_set_id)
        return rows[0]

    async def _change(self, changes: Sequence[Operation], ref: str) -> None:
        if not changes:
            return
        try:
            await self._client.mutate(changes)
        except PlatformRefused as error:
            if error.platform_code in REMOVED:
                raise ObjectDeleted(PLATFORM, ref).said(
                    error.platform_code, error.request_id
                ) from error
            raise

    async def _learn_countries(self, codes: Iterable[str]) -> None:
        """Google's own numbers for countries are asked for once."""
        missing = sorted({*codes} - self._countries.keys())
        if not missing:
            return
        if not all(code.isascii() and code.isalpha() and len(code) == 2 for code in missing):
            raise PlatformRefused(ErrorCode.INVALID_REQUEST, PLATFORM)
        for row in await self._client.search(queries.countries(missing)):
            country = row["geoTargetConstant"]
            self._countries[country["countryCode"]] = country["resourceName"]
        if not self._countries.keys() >= {*missing}:
            raise PlatformRefused(ErrorCode.INVALID_REQUEST, PLATFORM)

    def _advertiser(self) -> Advertiser:
        return Advertiser(
            customer_id=self._settings.customer_id,
            business_name=self._settings.business_name,
            website=self._settings.website,
            countries=self._countries,
            created_at=str(int(self._clock.now().timestamp())),
        )

    def _check_budget(self, amount: Decimal) -> None:
        if amount < self.min_daily_budget:
            raise BudgetBelowMinimum(PLATFORM, amount, self.min_daily_budget)


def _unreadable() -> PlatformUnavailable:
    return PlatformUnavailable(
        ErrorCode.SERVICE_UNAVAILABLE, PLATFORM, detail="a campaign is not readable in full yet"
    )


def _switch(kind: str, resource: str, status: DeliveryStatus) -> Operation:
    if status is _DELETED:
        return {kind: {"remove": resource}}
    update = {"resourceName": resource, "status": NAMES[status]}
    return {kind: {"update": update, "updateMask": "status"}}


def _check_exists(row: Row, ref: str) -> None:
    if "REMOVED" in (row["adGroup"]["status"], row["campaign"]["status"]):
        raise ObjectDeleted(PLATFORM, ref)


def _check_form(ref: str) -> None:
    """What cannot be an id was never given out."""
    if not (ref.isascii() and ref.isdigit() and len(ref) <= _LONGEST_ID):
        raise UnknownObject(PLATFORM, ref)
