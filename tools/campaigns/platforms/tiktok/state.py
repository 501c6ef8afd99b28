"""The live state of a campaign, from TikTok's campaigns, ad groups and ads."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tools.campaigns.platforms.base import (
    DeliveryStatus,
    MarkedCampaign,
    PlatformAd,
    PlatformAdSet,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.tiktok import names
from tools.campaigns.platforms.tiktok.api import TikTokApi
from tools.campaigns.platforms.tiktok.money import from_main
from tools.campaigns.platforms.tiktok.words import objective_of

Json = dict[str, Any]

# A filter takes no more ids than this.
MOST_IDS = 100
_DAILY = frozenset({"BUDGET_MODE_DAY", "BUDGET_MODE_DYNAMIC_DAILY_BUDGET"})
_GONE = DeliveryStatus.deleted


class Reader:
    """Reads with deleted objects in it, which TikTok leaves out unless asked."""

    def __init__(self, api: TikTokApi) -> None:
        self._api = api

    async def campaigns(self, ids: Sequence[str]) -> dict[str, Json]:
        """The campaigns of this account with these ids; unknown ones are left out."""
        possible = [ref for ref in dict.fromkeys(ids) if is_id(ref)]
        rows: list[Json] = []
        for start in range(0, len(possible), MOST_IDS):
            rows += await self._rows("campaign", campaign_ids=possible[start : start + MOST_IDS])
        return {row["campaign_id"]: row for row in rows}

    async def marked(self, mark: str) -> list[Json]:
        """The campaigns that carry the marker, the oldest first, drafts and deleted ones too."""
        rows = await self._rows("campaign")
        mine = [row for row in rows if names.read(row["campaign_name"]).mark == mark]
        return sorted(mine, key=lambda row: (row["create_time"], int(row["campaign_id"])))

    async def all_marked(self) -> list[MarkedCampaign]:
        """Every campaign with any marker that is not deleted, drafts too."""
        named = [(row, names.read(row["campaign_name"])) for row in await self._rows("campaign")]
        return [
            MarkedCampaign(
                external_id=row["campaign_id"], key=name.mark, name=name.name,
                status=status_of(row, "campaign"), draft=name.draft,
            )
            for row, name in named
            if name.mark and status_of(row, "campaign") is not _GONE
        ]  # fmt: skip

    async def ad_group(self, id_: str) -> Json | None:
        rows = await self._rows("adgroup", adgroup_ids=[id_]) if is_id(id_) else []
        return rows[0] if rows else None

    async def ad_groups(self, campaign_id: str) -> list[Json]:
        """In the order in which we made them; those of others come last."""
        return _ordered(await self._rows("adgroup", campaign_ids=[campaign_id]), "adgroup")

    async def ads(self, campaign_id: str) -> list[Json]:
        return _ordered(await self._rows("ad", campaign_ids=[campaign_id]), "ad")

    async def state(self, campaign: Json) -> PlatformCampaign:
        ref = campaign["campaign_id"]
        ad_groups = await self.ad_groups(ref)
        ads = [ad for ad in await self.ads(ref) if status_of(ad, "ad") is not _GONE]
        shown = names.read(campaign["campaign_name"])
        return PlatformCampaign(
            external_id=ref,
            key=shown.mark,
            name=shown.name,
            objective=objective_of(campaign["objective_type"]),
            status=status_of(campaign, "campaign"),
            created_at=_moment(campaign["create_time"]),
            ad_sets=tuple(
                _ad_set(group, [ad for ad in ads if ad["adgroup_id"] == group["adgroup_id"]])
                for group in ad_groups
            ),
        )

    async def _rows(self, kind: str, **filtering: Any) -> list[Json]:
        return await self._api.listed(f"{kind}/get", {**filtering, "primary_status": "STATUS_ALL"})


def is_id(ref: str) -> bool:
    """Whether TikTok would read it as an id at all."""
    return ref.isascii() and ref.isdigit() and len(ref) <= 19


def status_of(row: Json, kind: str) -> DeliveryStatus:
    """Its own switch, whatever the levels above do."""
    if row["secondary_status"] == f"{kind.upper()}_STATUS_DELETE":
        return DeliveryStatus.deleted
    enabled = row["operation_status"] == "ENABLE"
    return DeliveryStatus.active if enabled else DeliveryStatus.paused


def under_deleted(ad_group: Json) -> bool:
    return bool(ad_group["secondary_status"] == "ADGROUP_STATUS_CAMPAIGN_DELETE")


def budget_of(ad_group: Json) -> Decimal:
    """A day's budget to the cent; 0 for an ad group with a budget of another kind."""
    daily = ad_group["budget_mode"] in _DAILY
    return from_main(ad_group["budget"]) if daily else Decimal(0)


def _ad_set(group: Json, ads: Iterable[Json]) -> PlatformAdSet:
    return PlatformAdSet(
        external_id=group["adgroup_id"],
        name=names.read(group["adgroup_name"]).name,
        status=status_of(group, "adgroup"),
        daily_budget=budget_of(group),
        ads=tuple(_ad(ad) for ad in ads),
    )


def _ad(ad: Json) -> PlatformAd:
    shown = names.read(ad["ad_name"])
    return PlatformAd(
        external_id=ad["ad_id"], creative_id=shown.creative_id or ad["ad_id"], name=shown.name
    )


def _ordered(rows: list[Json], kind: str) -> list[Json]:
    def order(row: Json) -> tuple[bool, tuple[int, ...], int]:
        place = names.read(row[f"{kind}_name"]).place
        return not place, place, int(row[f"{kind}_id"])

    return sorted(rows, key=order)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
