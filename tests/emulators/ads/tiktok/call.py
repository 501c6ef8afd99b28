"""One call that was let in, and what all kinds of objects share: lists and switches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.emulators.ads.tiktok.errors import WRONG_VALUE, Refusal, wrong
from tests.emulators.ads.tiktok.fields import (
    FLAG,
    NEEDED_ID,
    NEEDED_IDS,
    OPERATION,
    TEXTS,
    Field,
    Fields,
    checked,
)  # fmt: skip
from tests.emulators.ads.tiktok.world import AdGroup, Advertiser, Campaign, Thing

Json = dict[str, Any]

MOST_IN_FILTER, MOST_SWITCHED, MOST_PER_PAGE = 100, 20, 1000
_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Partial:
    """Some was done, some was not: code 20001."""

    data: Json


@dataclass(frozen=True, slots=True)
class Call:
    account: Advertiser
    given: Json

    @property
    def now(self) -> datetime:
        return self.account.market.now()

    def checked(self, fields: Fields) -> Json:
        return checked(self.given, {"advertiser_id": NEEDED_ID, **fields})


def shown_time(moment: datetime) -> str:
    return moment.strftime(_TIME)


def read_time(name: str, text: str) -> datetime:
    try:
        return datetime.strptime(f"{text} +0000", f"{_TIME} %z")
    except ValueError:
        raise wrong(name, "Not a valid datetime.") from None


def tell_market(account: Advertiser, campaign: Campaign) -> None:
    """The present switches below and at the campaign, for what is delivered from now on."""
    for ad_group in campaign.ad_groups:
        for ad in ad_group.ads:
            if ad.enabled and not ad.delivered:
                ad.delivered = True
                shown = [ad.fields.get(name) for name in ("video_id", "image_ids", "ad_text")]
                account.market.ad(
                    ad.id, ad_set=ad_group.id, creative=str(shown), name=ad.fields["ad_name"]
                )
    switched: list[AdGroup | Campaign] = [*campaign.ad_groups, campaign]
    for thing in switched:
        if thing.told is not thing.delivery:
            thing.told = thing.delivery
            account.market.change(thing.id, status=thing.delivery)


def switch(
    call: Call, key: str, find: Callable[[str], Thing], campaign_of: Callable[[Thing], Campaign]
) -> Json | Partial:
    """All of the ids, or those that are possible with `allow_partial_success`."""
    fields = {key: NEEDED_IDS, "operation_status": OPERATION, "allow_partial_success": FLAG}
    given = call.checked(fields)
    if len(given[key]) > MOST_SWITCHED:
        raise wrong(key, f"Longer than maximum length {MOST_SWITCHED}.")
    found: list[Thing] = []
    errors: list[Json] = []
    for ref in given[key]:
        try:
            found.append(_switchable(find(ref), campaign_of, given["operation_status"]))
        except Refusal as refusal:
            if not given.get("allow_partial_success"):
                raise
            errors.append({key[:-1]: ref, "error_message": refusal.message})
    for thing in found:
        thing.enabled = {"ENABLE": True, "DISABLE": False}.get(
            given["operation_status"], thing.enabled
        )
        thing.deleted = given["operation_status"] == "DELETE"
        thing.modified = call.now
        tell_market(call.account, campaign_of(thing))
    data: Json = {key: [thing.id for thing in found], "status": given["operation_status"]}
    return Partial({**data, "errors": errors}) if errors else data


def _switchable(
    thing: Thing, campaign_of: Callable[[Thing], Campaign], operation: str
) -> Thing:  # fmt: skip
    if operation != "DELETE" and (thing.deleted or campaign_of(thing).deleted):
        raise Refusal(WRONG_VALUE, f"{thing.id} has been deleted and cannot be changed.")
    return thing


def page_of(call: Call, rows: Sequence[Json]) -> Json:
    """The page that was asked for, as all lists answer."""
    page, size = call.given.get("page", 1), call.given.get("page_size", 10)
    if not isinstance(page, int) or page < 1:
        raise wrong("page", "Must be at least 1.")
    if not isinstance(size, int) or not 1 <= size <= MOST_PER_PAGE:
        raise wrong("page_size", f"Must be from 1 to {MOST_PER_PAGE}.")
    pages = max(1, -(-len(rows) // size))
    info = {"page": page, "page_size": size, "total_number": len(rows), "total_page": pages}
    return {"list": list(rows[(page - 1) * size : page * size]), "page_info": info}


def listed(call: Call, rows: Sequence[Json], filters: Fields) -> Json:
    """Rows, the newest first, through the filters. Deleted ones come only when asked for."""
    given = call.checked(
        {
            "filtering": Field(type="object"), "page": Field(type="number"),
            "page_size": Field(type="number"), "fields": TEXTS,
            "exclude_field_types_in_response": TEXTS,
        }
    )  # fmt: skip
    known = {**filters, "primary_status": Field()}
    filtering = checked(given.get("filtering") or {}, known, "filtering.")
    found = [row for row in rows if _matches(row, filtering)]
    found.sort(key=lambda row: str(row["create_time"]), reverse=True)
    if wanted := given.get("fields"):
        found = [{name: row[name] for name in wanted if name in row} for row in found]
    return page_of(call, found)


def _matches(row: Json, filtering: Json) -> bool:
    deleted = str(row["secondary_status"]).endswith("_DELETE")
    asked = filtering.get("primary_status", "STATUS_NOT_DELETE")
    if asked == "STATUS_NOT_DELETE" and deleted:
        return False
    if asked == "STATUS_DELETE" and not deleted:
        return False
    if asked not in ("STATUS_ALL", "STATUS_NOT_DELETE", "STATUS_DELETE"):
        raise wrong("filtering.primary_status", "Not a valid choice.")
    for name, value in filtering.items():
        if name == "primary_status":
            continue
        if isinstance(value, list):
            if len(value) > MOST_IN_FILTER:
                raise wrong(f"filtering.{name}", f"Longer than maximum length {MOST_IN_FILTER}.")
            if row[name[:-1]] not in value:
                return False
        elif row[name] != value:
            return False
    return True
