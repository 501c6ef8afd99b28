"""Making a campaign in steps that may break off anywhere.

TikTok has no key for a repeated call, so each step first reads what there already is. Until the
last one the campaign is a draft: it carries `~` in its name, and nobody takes it for a campaign.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.platforms import TikTokSettings
from tools.campaigns.platforms.base import AdSetSpec, CampaignSpec, DeliveryStatus
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, PlatformUnavailable
from tools.campaigns.platforms.tiktok import names
from tools.campaigns.platforms.tiktok.api import TikTokApi
from tools.campaigns.platforms.tiktok.errors import NAME, PARTIAL
from tools.campaigns.platforms.tiktok.media import Media
from tools.campaigns.platforms.tiktok.money import to_main
from tools.campaigns.platforms.tiktok.state import Reader, budget_of, status_of
from tools.campaigns.platforms.tiktok.words import (
    INDUSTRIES,
    OBJECTIVES,
    age_groups,
    bidding,
    of_age,
)

Json = dict[str, Any]
Places = dict[tuple[int, ...], Json]


class Draft:
    """One campaign under one marker, with all that its ads need already at hand."""

    def __init__(
        self, api: TikTokApi, settings: TikTokSettings, spec: CampaignSpec, mark: str,
        *, locations: Sequence[Sequence[str]], media: dict[str | None, Media], now: datetime,
    ) -> None:  # fmt: skip
        self._api = api
        self._reader = Reader(api)
        self._settings = settings
        self._spec = spec
        self._mark = mark
        self._locations = locations
        self._media = media
        self._now = now

    async def begin(self) -> Json:
        """Make the campaign itself, off and with nothing in it."""
        body = {
            "campaign_name": self._name(draft=True), "operation_status": "DISABLE",
            "objective_type": OBJECTIVES[self._spec.objective],
            "budget_mode": "BUDGET_MODE_INFINITE", "budget_optimize_on": False,
        }  # fmt: skip
        if self._spec.special_category is not None:
            body["special_industries"] = [INDUSTRIES[self._spec.special_category]]
        refusal: PlatformRefused | None = None
        try:
            await self._api.post("campaign/create", body)
        except PlatformRefused as error:
            # The name is taken if somebody else made it at the same moment.
            refusal = error
        drafts = live_drafts(await self._reader.marked(self._mark))
        if not drafts:
            raise refusal or _not_shown("a new campaign")
        return drafts[0]

    async def fits(self, campaign: Json) -> bool:
        """Whether what was made of it before is a part of what is asked for now."""
        if campaign["campaign_name"] != self._name(draft=True):
            return False
        if campaign["objective_type"] != OBJECTIVES[self._spec.objective]:
            return False
        wanted = {(at,): self._ad_group(at) for at in range(1, len(self._spec.ad_sets) + 1)}
        made = await self._ad_groups(campaign["campaign_id"])
        return all(place in wanted and _same(row, wanted[place]) for place, row in made.items())

    async def finish(self, campaign: Json) -> None:
        """Make what is still missing, switch it on below the campaign, and drop the `~`."""
        ref = campaign["campaign_id"]
        if status_of(campaign, "campaign") is not DeliveryStatus.paused:
            # Some accounts ignore the status with which a campaign is created.
            await switch(self._api, "campaign", [ref], "DISABLE")
        ad_groups = await self._complete_ad_groups(ref)
        await self._complete_ads(ref, ad_groups)
        await self._switch_on("ad", await self._only_once(ref))
        await self._switch_on("adgroup", list(ad_groups.values()))
        if finished(await self._reader.marked(self._mark)) is not None:
            # Somebody else was quicker, and one is enough.
            raise PlatformRefused(ErrorCode.INVALID_REQUEST, NAME)
        body = {"campaign_id": ref, "campaign_name": self._name(draft=False)}
        await self._api.post("campaign/update", body)

    async def _complete_ad_groups(self, campaign_id: str) -> Places:
        made = await self._ad_groups(campaign_id)
        for at in range(1, len(self._spec.ad_sets) + 1):
            if (at,) not in made:
                body = {**self._ad_group(at), "campaign_id": campaign_id}
                await self._create_ad_group(body, at)
        made = await self._ad_groups(campaign_id)
        if len(made) < len(self._spec.ad_sets):
            raise _not_shown("a new ad group")
        return made

    async def _create_ad_group(self, body: Json, at: int) -> None:
        try:
            await self._api.post("adgroup/create", body)
        except PlatformRefused:
            # Names are taken once in a campaign: a late effect of an earlier call is as good.
            if (at,) not in await self._ad_groups(body["campaign_id"]):
                raise

    async def _complete_ads(self, campaign_id: str, ad_groups: Places) -> None:
        made = await self._ads(campaign_id)
        for at, ad_set in enumerate(self._spec.ad_sets, start=1):
            creatives = [
                self._creative(ad_set, at, number)
                for number in range(1, len(ad_set.ads) + 1)
                if (at, number) not in made
            ]
            if creatives:
                body = {"adgroup_id": ad_groups[(at,)]["adgroup_id"], "creatives": creatives}
                answer = await self._api.post("ad/create", body, partly=True)
                if answer.partial:
                    # The others were refused for what they are: asking again changes nothing.
                    refusal = PlatformRefused(ErrorCode.CREATIVE_REJECTED, NAME)
                    raise refusal.said(str(PARTIAL), answer.request_id)

    async def _only_once(self, campaign_id: str) -> list[Json]:
        """The ads, after those were removed that a late effect of an earlier call made again."""
        rows = [
            row for row in await self._reader.ads(campaign_id)
            if status_of(row, "ad") is not DeliveryStatus.deleted
        ]  # fmt: skip
        kept = list(_placed(rows, "ad", self._mark).values())
        ours = [row for row in rows if names.read(row["ad_name"]).mark == self._mark]
        if twice := [row["ad_id"] for row in ours if row not in kept]:
            await switch(self._api, "ad", twice, "DELETE")
        return kept

    async def _switch_on(self, kind: str, rows: Sequence[Json]) -> None:
        off = [
            row[f"{kind}_id"] for row in rows if status_of(row, kind) is DeliveryStatus.paused
        ]  # fmt: skip
        if off:
            await switch(self._api, kind, off, "ENABLE")

    async def _ad_groups(self, campaign_id: str) -> Places:
        return _placed(await self._reader.ad_groups(campaign_id), "adgroup", self._mark)

    async def _ads(self, campaign_id: str) -> Places:
        return _placed(await self._reader.ads(campaign_id), "ad", self._mark)

    def _name(self, *, draft: bool) -> str:
        return names.marked(self._spec.name, self._mark, draft=draft)

    def _ad_group(self, at: int) -> Json:
        ad_set, settings = self._spec.ad_sets[at - 1], self._settings
        special = self._spec.special_category is not None
        return {
            "adgroup_name": names.marked(ad_set.name, self._mark, at),
            "operation_status": "DISABLE", "placement_type": "PLACEMENT_TYPE_AUTOMATIC",
            "location_ids": list(self._locations[at - 1]),
            "age_groups": of_age() if special else age_groups(ad_set.age_min, ad_set.age_max),
            "budget_mode": "BUDGET_MODE_DAY", "budget": to_main(ad_set.daily_budget),
            "pacing": "PACING_MODE_SMOOTH", "schedule_type": "SCHEDULE_FROM_NOW",
            "schedule_start_time": self._now.strftime("%Y-%m-%d %H:%M:%S"),
            **bidding(
                self._spec.objective, ad_set.goal, settings.pixel_id, settings.pixel_event
            ),
        }  # fmt: skip

    def _creative(self, ad_set: AdSetSpec, at: int, number: int) -> Json:
        ad, settings = ad_set.ads[number - 1], self._settings
        return {
            "ad_name": names.marked(
                ad.name, self._mark, at, number, creative_id=ad.creative_id
            ),
            "operation_status": "DISABLE", "ad_text": ad.copy,
            "identity_type": settings.identity_type, "identity_id": settings.identity_id,
            "landing_page_url": self._spec.product_url or settings.landing_page,
            "call_to_action": settings.call_to_action, **self._media[ad.media_url].fields(),
        }  # fmt: skip


async def switch(api: TikTokApi, kind: str, ids: Sequence[str], operation: str) -> None:
    """ENABLE, DISABLE or DELETE, all of them or none."""
    body = {f"{kind}_ids": list(ids), "operation_status": operation}
    await api.post(f"{kind}/status/update", body)


def live_drafts(campaigns: Sequence[Json]) -> list[Json]:
    """Those among the campaigns of a marker that were never finished, and are still there."""
    return [
        campaign for campaign in campaigns
        if names.read(campaign["campaign_name"]).draft
        and status_of(campaign, "campaign") is not DeliveryStatus.deleted
    ]  # fmt: skip


def finished(campaigns: Sequence[Json]) -> Json | None:
    whole = [row for row in campaigns if not names.read(row["campaign_name"]).draft]
    return whole[0] if whole else None


def _placed(rows: Sequence[Json], kind: str, mark: str) -> Places:
    """What there is of ours, by place; of two in the same place the older."""
    found: Places = {}
    for row in rows:
        shown = names.read(row[f"{kind}_name"])
        if shown.mark == mark and status_of(row, kind) is not DeliveryStatus.deleted:
            found.setdefault(shown.place, row)
    return found


def _not_shown(what: str) -> PlatformUnavailable:
    detail = f"{what} is not shown yet"
    return PlatformUnavailable(ErrorCode.SERVICE_UNAVAILABLE, NAME, detail=detail)


def _same(row: Json, wanted: Json) -> bool:
    return (
        row["adgroup_name"] == wanted["adgroup_name"]
        and budget_of(row) == Decimal(str(wanted["budget"]))
        and sorted(row["location_ids"]) == sorted(wanted["location_ids"])
        and sorted(row["age_groups"]) == sorted(wanted["age_groups"])
    )
