"""campaign/…"""

from typing import Any

from tests.emulators.ads.tiktok.call import (
    Call,
    Partial,
    listed,
    shown_time,
    switch,
    tell_market,
)  # fmt: skip
from tests.emulators.ads.tiktok.errors import DUPLICATE, WRONG_VALUE, Refusal, missing
from tests.emulators.ads.tiktok.fields import (
    FLAG,
    ID,
    IDS,
    NAME,
    NEEDED_ID,
    NUMBER,
    STATUS,
    TEXT,
    Field,
    one_of,
    some_of,
)  # fmt: skip
from tests.emulators.ads.tiktok.world import Advertiser, Campaign, Thing
from tools.arguments import Objective

Json = dict[str, Any]

OBJECTIVES: dict[str, Objective] = {
    "WEB_CONVERSIONS": "sales", "TRAFFIC": "traffic", "REACH": "awareness",
}  # fmt: skip
_CREATE = {
    "campaign_name": NAME,
    "objective_type": one_of(*OBJECTIVES, required=True),
    "operation_status": STATUS,
    "budget_mode": one_of("BUDGET_MODE_INFINITE", "BUDGET_MODE_DAY", "BUDGET_MODE_TOTAL"),
    "budget": NUMBER,
    "budget_optimize_on": FLAG,
    "special_industries": some_of("HOUSING", "EMPLOYMENT", "CREDIT"),
    "campaign_type": one_of("REGULAR_CAMPAIGN"),
    "rta_bid_enabled": FLAG,
    "request_id": ID,
}
_UPDATE = {
    "campaign_id": NEEDED_ID, "campaign_name": Field(longest=512), "budget": NUMBER,
    "special_industries": _CREATE["special_industries"],
}  # fmt: skip
_FILTERS = {"campaign_ids": IDS, "campaign_name": TEXT, "objective_type": TEXT}


def create(call: Call) -> Json:
    given, account = call.checked(_CREATE), call.account
    limited = given.get("budget_mode", "BUDGET_MODE_INFINITE") != "BUDGET_MODE_INFINITE"
    if limited and "budget" not in given:
        raise missing("budget")
    _check_name(account, given["campaign_name"])
    remember_request(account, given)
    # TikTok switches everything on that is not told to be off.
    enabled = given.get("operation_status", "ENABLE") == "ENABLE" or not account.status_on_create
    campaign = Campaign(
        id=account.new_id(), fields=given, enabled=enabled, created=call.now, modified=call.now
    )
    account.campaigns.append(campaign)
    account.market.campaign(
        campaign.id, name=given["campaign_name"], objective=OBJECTIVES[given["objective_type"]]
    )
    tell_market(account, campaign)
    return row(campaign)


def update(call: Call) -> Json:
    given = call.checked(_UPDATE)
    campaign = call.account.campaign(given["campaign_id"])
    if campaign.deleted:
        raise Refusal(WRONG_VALUE, f"{campaign.id} has been deleted and cannot be changed.")
    if (
        given.get("campaign_name", campaign.fields["campaign_name"])
        != campaign.fields["campaign_name"]
    ):
        _check_name(call.account, given["campaign_name"])
    changed = {name: value for name, value in given.items() if name in _UPDATE}
    campaign.fields = {**campaign.fields, **changed}
    campaign.modified = call.now
    return row(campaign)


def update_status(call: Call) -> Json | Partial:
    return switch(call, "campaign_ids", call.account.campaign, _itself)


def get(call: Call) -> Json:
    return listed(call, [row(campaign) for campaign in call.account.campaigns], _FILTERS)


def remember_request(account: Advertiser, given: Json) -> None:
    """A request_id works once."""
    if request_id := given.get("request_id"):
        if request_id in account.requests:
            raise Refusal(DUPLICATE, f"Duplicated request {request_id}.")
        account.requests.add(request_id)


def row(campaign: Campaign) -> Json:
    fields = campaign.fields
    state = "DELETE" if campaign.deleted else ("ENABLE" if campaign.enabled else "DISABLE")
    return {
        "campaign_id": campaign.id, "advertiser_id": fields["advertiser_id"],
        "campaign_name": fields["campaign_name"], "objective_type": fields["objective_type"],
        "campaign_type": "REGULAR_CAMPAIGN", "budget": fields.get("budget", 0.0),
        "budget_mode": fields.get("budget_mode", "BUDGET_MODE_INFINITE"),
        "budget_optimize_on": fields.get("budget_optimize_on", False),
        "operation_status": "ENABLE" if campaign.enabled else "DISABLE",
        "special_industries": fields.get("special_industries", []),
        "secondary_status": f"CAMPAIGN_STATUS_{state}",
        "create_time": shown_time(campaign.created), "modify_time": shown_time(campaign.modified),
    }  # fmt: skip


def _check_name(account: Advertiser, name: str) -> None:
    if any(campaign.fields["campaign_name"] == name for campaign in account.living):
        raise Refusal(DUPLICATE, "Campaign name already exists. Please try another one.")


def _itself(thing: Thing) -> Campaign:
    assert isinstance(thing, Campaign)
    return thing
