"""A campaign with everything below it, made once however often an answer is lost.

It begins as a paused draft under the marker of its key. A repeated create finds the draft, makes
what is missing, removes what is there twice and switches the ad sets on below the paused campaign;
the last step takes the word "draft" out of the name. A draft is nobody's campaign: nothing starts
it, and a refusal removes it. What still arrives when all is done, sleeps.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

import structlog

from config.platforms import MetaSettings
from tools.campaigns.platforms.base import CampaignSpec, DeliveryStatus
from tools.campaigns.platforms.errors import PlatformError, PlatformRefused
from tools.campaigns.platforms.meta import marking
from tools.campaigns.platforms.meta.errors import NAME
from tools.campaigns.platforms.meta.graph import Graph, Json
from tools.campaigns.platforms.meta.money import to_minor
from tools.campaigns.platforms.meta.payloads import (
    OBJECTIVES,
    Fields,
    ad_fields,
    ad_set_fields,
    campaign_fields,
)  # fmt: skip
from tools.campaigns.platforms.meta.reading import (
    CAMPAIGN_FIELDS,
    Children,
    children_of,
    marked_campaigns,
    status_of,
)  # fmt: skip

log = structlog.get_logger()

_NOTHING = Children(ad_sets=(), ads=())


class Creation:
    def __init__(
        self, graph: Graph, settings: MetaSettings, currency: str, spec: CampaignSpec, digest: str
    ) -> None:
        self._graph = graph
        self._settings = settings
        self._currency = currency
        self._spec = spec
        self._digest = digest

    async def run(self) -> Json:
        """The finished campaign, which may be there already."""
        marked = await marked_campaigns(self._graph, self._digest)
        finished = finished_among(marked)
        if finished is not None:
            await self._remove(row for row in marked if _is_draft(row))
            return finished
        campaign_id, made = await self._draft(marked)
        try:
            await self._fill(campaign_id, made)
            await self._switch_on(await self._without_doubles(campaign_id))
            await self._graph.post(campaign_id, "campaign_update", {"name": self._finished_name})
        except PlatformRefused:
            finished = await self._give_up(campaign_id)
            if finished is None:
                raise
            return finished
        return await self._only_one(campaign_id)

    @property
    def _finished_name(self) -> str:
        return marking.campaign_name(self._spec.name, self._digest, draft=False)

    async def _draft(self, marked: Sequence[Json]) -> tuple[str, Children]:
        """The draft to go on with, and what is below it; others are removed."""
        chosen: tuple[str, Children] | None = None
        for draft in marked:
            made = await children_of(self._graph, draft["id"])
            if chosen is None and self._fits(draft, made):
                chosen = draft["id"], made
            else:
                await self._graph.delete(draft["id"], "campaign_delete")
        if chosen is not None:
            return chosen
        fields = campaign_fields(self._spec, self._digest)
        return await self._create("campaigns", fields), _NOTHING

    def _fits(self, draft: Json, made: Children) -> bool:
        """Whether the draft was made for this very specification, and still sleeps."""
        if (
            status_of(draft) is not DeliveryStatus.paused
            or marking.parsed(draft["name"]).name != self._spec.name
            or draft["objective"] != OBJECTIVES[self._spec.objective]
        ):
            return False
        wanted = {
            (place, ad_set.name, to_minor(ad_set.daily_budget, self._currency))
            for place, ad_set in enumerate(self._spec.ad_sets)
        }
        names = [(marking.parsed(row["name"]), row) for row in made.ad_sets]
        found = {(name.ad_set, name.name, int(row.get("daily_budget", 0))) for name, row in names}
        return found <= wanted

    async def _fill(self, campaign_id: str, made: Children) -> None:
        ad_sets = {marking.parsed(row["name"]).ad_set: row["id"] for row in made.ad_sets}
        ads = {marking.parsed(row["name"]).place for row in made.ads}
        for position, ad_set in enumerate(self._spec.ad_sets):
            if position not in ad_sets:
                fields = ad_set_fields(
                    self._spec, position, campaign_id, self._digest, self._settings, self._currency
                )
                ad_sets[position] = await self._create("adsets", fields)
            for number in range(len(ad_set.ads)):
                place = position, number
                if place not in ads:
                    fields = ad_fields(
                        self._spec, place, ad_sets[position], self._digest, self._settings
                    )
                    await self._create("ads", fields)

    async def _without_doubles(self, campaign_id: str) -> Children:
        """A request whose answer was lost may have been carried out after we looked."""
        made = await children_of(self._graph, campaign_id)
        ad_sets = _doubles(made.ad_sets)
        removed = {row["id"] for row in ad_sets}
        ads = _doubles(ad for ad in made.ads if ad["adset_id"] not in removed)
        for row in ad_sets:
            await self._graph.delete(row["id"], "adset_delete")
        for row in ads:
            await self._graph.delete(row["id"], "ad_delete")
        if not removed:
            return made
        # The ads of a place may all have hung below the ad set that went.
        left = await children_of(self._graph, campaign_id)
        await self._fill(campaign_id, left)
        return left

    async def _switch_on(self, made: Children) -> None:
        for row in made.ad_sets:
            ours = marking.parsed(row["name"]).digest == self._digest
            if ours and status_of(row) is DeliveryStatus.paused:
                await self._graph.post(row["id"], "adset_update", {"status": "ACTIVE"})

    async def _only_one(self, campaign_id: str) -> Json:
        """The finished campaign. Should another process have finished one meanwhile, both see the
        same oldest one and keep it."""
        marked = await marked_campaigns(self._graph, self._digest)
        finished = finished_among(marked)
        if finished is None:
            return await self._graph.node(campaign_id, "campaign", CAMPAIGN_FIELDS)
        await self._remove(row for row in marked if row["id"] != finished["id"])
        return finished

    async def _remove(self, campaigns: Iterable[Json]) -> None:
        """Those that sleep; nobody has started what is there by mistake."""
        for row in campaigns:
            if status_of(row) is DeliveryStatus.paused:
                await self._graph.delete(row["id"], "campaign_delete")

    async def _give_up(self, campaign_id: str) -> Json | None:
        """Remove the draft. Returns what another process has finished, which is also a reason why
        ours was refused."""
        # The refusal is what the caller has to know. A draft that stays behind sleeps, and the
        # next create under its key takes it up.
        with suppress(PlatformError):
            marked = await marked_campaigns(self._graph, self._digest)
            if any(row["id"] == campaign_id for row in marked):
                await self._graph.delete(campaign_id, "campaign_delete")
            return finished_among(marked)
        log.warning("draft_left_behind", platform=NAME, campaign=campaign_id)
        return None

    async def _create(self, edge: str, fields: Fields) -> str:
        return await self._graph.create(edge, f"{edge}_create", fields)


def finished_among(marked: Iterable[Json]) -> Json | None:
    """The oldest campaign that is no draft."""
    return next((row for row in marked if not _is_draft(row)), None)


def _is_draft(row: Json) -> bool:
    return marking.parsed(row["name"]).draft


def _doubles(rows: Iterable[Json]) -> list[Json]:
    """All but the oldest of each place; what others made has no place and is left alone."""
    seen: set[tuple[int, int]] = set()
    doubles = []
    for row in rows:
        name = marking.parsed(row["name"])
        if name.digest is None:
            continue
        if name.place in seen:
            doubles.append(row)
        seen.add(name.place)
    return doubles
