"""adgroup/…"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.emulators.ads.tiktok.call import Call, Partial, listed, read_time, shown_time, switch
from tests.emulators.ads.tiktok.campaigns import remember_request
from tests.emulators.ads.tiktok.errors import WRONG_VALUE, Refusal, missing, wrong
from tests.emulators.ads.tiktok.fields import (
    FLAG,
    ID,
    IDS,
    NAME,
    NEEDED,
    NEEDED_ID,
    NEEDED_IDS,
    NEEDED_NUMBER,
    NUMBER,
    STATUS,
    TEXT,
    Field,
    one_of,
    some_of,
)  # fmt: skip
from tests.emulators.ads.tiktok.world import AdGroup, Advertiser, Campaign, Thing
from tools.campaigns.platforms.base import OptimizationGoal

Json = dict[str, Any]

_AGES = {
    "AGE_13_17": (13, 17), "AGE_18_24": (18, 24), "AGE_25_34": (25, 34), "AGE_35_44": (35, 44),
    "AGE_45_54": (45, 54), "AGE_55_100": (55, 65),
}  # fmt: skip
# What may be optimised under an objective, and what is then paid for.
_GOALS = {
    "WEB_CONVERSIONS": {"CONVERT": "OCPM", "VALUE": "OCPM", "CLICK": "CPC"},
    "TRAFFIC": {"CLICK": "CPC"},
    "REACH": {"REACH": "CPM"},
}
_MARKET_GOALS = {
    "CONVERT": OptimizationGoal.conversions, "VALUE": OptimizationGoal.value,
    "CLICK": OptimizationGoal.clicks, "REACH": OptimizationGoal.clicks,
}  # fmt: skip
_CREATE = {
    "campaign_id": NEEDED_ID,
    "adgroup_name": NAME,
    "operation_status": STATUS,
    "placement_type": one_of("PLACEMENT_TYPE_AUTOMATIC", "PLACEMENT_TYPE_NORMAL", required=True),
    "placements": some_of("PLACEMENT_TIKTOK", "PLACEMENT_PANGLE"),
    "promotion_type": one_of("WEBSITE"),
    "location_ids": NEEDED_IDS,
    "age_groups": some_of(*_AGES),
    "gender": one_of("GENDER_FEMALE", "GENDER_MALE", "GENDER_UNLIMITED"),
    "budget_mode": one_of("BUDGET_MODE_DAY", "BUDGET_MODE_TOTAL", required=True),
    "budget": NEEDED_NUMBER,
    "schedule_type": one_of("SCHEDULE_FROM_NOW", "SCHEDULE_START_END", required=True),
    "schedule_start_time": NEEDED,
    "schedule_end_time": TEXT,
    "billing_event": one_of("OCPM", "CPC", "CPM", required=True),
    "optimization_goal": one_of("CONVERT", "VALUE", "CLICK", "REACH", required=True),
    "optimization_event": TEXT,
    "pixel_id": ID,
    "bid_type": one_of("BID_TYPE_NO_BID", "BID_TYPE_CUSTOM"),
    "bid_price": NUMBER,
    "conversion_bid_price": NUMBER,
    "deep_bid_type": one_of("VO_HIGHEST_VALUE", "VO_MIN_ROAS"),
    "roas_bid": NUMBER,
    "pacing": one_of("PACING_MODE_SMOOTH", "PACING_MODE_FAST", required=True),
    "request_id": ID,
    # What the official SDK sends of its own accord.
    "automated_keywords_enabled": FLAG,
    "brand_safety_type": one_of("NO_BRAND_SAFETY"),
    "creative_material_mode": one_of("CUSTOM"),
    "ios14_targeting": one_of("UNSET"),
    "is_hfss": FLAG,
    "is_lhf_compliance": FLAG,
    "share_disabled": FLAG,
    "vbo_window": one_of("SEVEN_DAYS", "ONE_DAY"),
}
_UPDATE = {
    "adgroup_id": NEEDED_ID, "adgroup_name": Field(longest=512), "budget": NUMBER,
    "age_groups": _CREATE["age_groups"], "location_ids": IDS,
    "automated_keywords_enabled": FLAG, "exclude_age_under_eighteen": FLAG,
}  # fmt: skip
_FILTERS = {"adgroup_ids": IDS, "campaign_ids": IDS, "adgroup_name": TEXT}


def create(call: Call) -> Json:
    given, account = call.checked(_CREATE), call.account
    campaign = account.campaign(given["campaign_id"])
    if campaign.deleted:
        raise Refusal(WRONG_VALUE, f"{campaign.id} has been deleted and cannot be changed.")
    _check(given, account, campaign, call)
    remember_request(account, given)
    ad_group = AdGroup(
        id=account.new_id(), fields=given, created=call.now, modified=call.now, campaign=campaign,
        enabled=given.get("operation_status", "ENABLE") == "ENABLE",
    )  # fmt: skip
    campaign.ad_groups.append(ad_group)
    _tell_market(account, ad_group)
    return row(ad_group)


def update(call: Call) -> Json:
    given = call.checked(_UPDATE)
    ad_group = call.account.ad_group(given["adgroup_id"])
    if ad_group.deleted or ad_group.campaign.deleted:
        raise Refusal(WRONG_VALUE, f"{ad_group.id} has been deleted and cannot be changed.")
    if "budget" in given:
        _check_budget(call.account, given["budget"])
        call.account.market.change(ad_group.id, daily_budget=_money(given["budget"]))
    if "location_ids" in given:
        _check_locations(call.account, given["location_ids"])
    ad_group.fields = {**ad_group.fields, **given}
    ad_group.modified = call.now
    return row(ad_group)


def update_status(call: Call) -> Json | Partial:
    return switch(call, "adgroup_ids", call.account.ad_group, _campaign_of)


def get(call: Call) -> Json:
    return listed(call, [row(ad_group) for ad_group in call.account.ad_groups], _FILTERS)


def row(ad_group: AdGroup) -> Json:
    fields = {name: value for name, value in ad_group.fields.items() if name != "request_id"}
    return {
        **fields, "adgroup_id": ad_group.id, "campaign_id": ad_group.campaign.id,
        "campaign_name": ad_group.campaign.fields["campaign_name"],
        "budget": float(fields["budget"]),
        "operation_status": "ENABLE" if ad_group.enabled else "DISABLE",
        "secondary_status": f"ADGROUP_STATUS_{_state(ad_group)}",
        "create_time": shown_time(ad_group.created), "modify_time": shown_time(ad_group.modified),
    }  # fmt: skip


def _state(ad_group: AdGroup) -> str:
    campaign = ad_group.campaign
    if ad_group.deleted:
        return "DELETE"
    if campaign.deleted:
        return "CAMPAIGN_DELETE"
    if not campaign.enabled:
        return "CAMPAIGN_DISABLE"
    return "DELIVERY_OK" if ad_group.enabled else "DISABLE"


def _check(given: Json, account: Advertiser, campaign: Campaign, call: Call) -> None:
    if campaign.fields.get("special_industries"):
        _check_everybody(given)
    goals, goal = _GOALS[campaign.fields["objective_type"]], given["optimization_goal"]
    if goal not in goals:
        raise wrong("optimization_goal", "Not supported by the campaign's objective.")
    if given["billing_event"] != goals[goal]:
        raise wrong("billing_event", f"Must be {goals[goal]} for {goal}.")
    if campaign.fields["objective_type"] != "REACH" and "promotion_type" not in given:
        raise missing("promotion_type")
    if goal in ("CONVERT", "VALUE"):
        if given.get("pixel_id") != account.pixel_id:
            raise missing("pixel_id") if "pixel_id" not in given else wrong("pixel_id", "Invalid.")
        if "optimization_event" not in given:
            raise missing("optimization_event")
    if given.get("bid_type") == "BID_TYPE_CUSTOM" and not {
        "bid_price",
        "conversion_bid_price",
    } & set(given):
        raise missing("bid_price")
    if given["placement_type"] == "PLACEMENT_TYPE_NORMAL" and not given.get("placements"):
        raise missing("placements")
    _check_budget(account, given["budget"])
    _check_locations(account, given["location_ids"])
    _check_schedule(given, call)
    names = [each.fields["adgroup_name"] for each in campaign.ad_groups if not each.deleted]
    if given["adgroup_name"] in names and "request_id" not in given:
        raise wrong("adgroup_name", "Ad group name already exists in the campaign.")


def _check_budget(account: Advertiser, budget: float) -> None:
    if _money(budget) != round(_money(budget), 2):
        raise wrong("budget", "At most two decimals.")
    if _money(budget) < account.min_budget:
        raise wrong("budget", f"The budget must be at least {account.min_budget}.")


def _check_locations(account: Advertiser, location_ids: list[str]) -> None:
    for ref in location_ids:
        if ref not in account.countries.values():
            raise wrong("location_ids", f"{ref} is not available.")


def _check_everybody(given: Json) -> None:
    """What a special category leaves of a targeting: everybody from 18 on."""
    if set(given.get("age_groups", ())) != _AGES.keys() - {"AGE_13_17"}:
        raise wrong("age_groups", "Special ad categories are shown to everyone 18 and older.")
    if given.get("gender", "GENDER_UNLIMITED") != "GENDER_UNLIMITED":
        raise wrong("gender", "Not available for special ad categories.")


def _check_schedule(given: Json, call: Call) -> None:
    start = read_time("schedule_start_time", given["schedule_start_time"])
    if start < call.now - timedelta(hours=12):
        raise wrong("schedule_start_time", "More than 12 hours ago.")
    if given["schedule_type"] == "SCHEDULE_START_END":
        if "schedule_end_time" not in given:
            raise missing("schedule_end_time")
        if read_time("schedule_end_time", given["schedule_end_time"]) <= start:
            raise wrong("schedule_end_time", "Must be after the start.")


def _tell_market(account: Advertiser, ad_group: AdGroup) -> None:
    given = ad_group.fields
    ages = [_AGES[name] for name in given.get("age_groups") or _AGES]
    codes = {ref: code for code, ref in account.countries.items()}
    account.market.ad_set(
        ad_group.id, campaign=ad_group.campaign.id, name=given["adgroup_name"],
        countries=tuple(codes[ref] for ref in given["location_ids"]),
        ages=(min(low for low, _ in ages), max(high for _, high in ages)),
        daily_budget=_money(given["budget"]), goal=_MARKET_GOALS[given["optimization_goal"]],
        status=ad_group.delivery,
    )  # fmt: skip


def _money(amount: float) -> Decimal:
    return Decimal(str(amount))


def _campaign_of(thing: Thing) -> Campaign:
    assert isinstance(thing, AdGroup)
    return thing.campaign
