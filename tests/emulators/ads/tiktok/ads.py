"""ad/…"""

from typing import Any

from tests.emulators.ads.tiktok.call import (
    Call,
    Partial,
    listed,
    shown_time,
    switch,
    tell_market,
)  # fmt: skip
from tests.emulators.ads.tiktok.errors import TOO_MANY_ADS, WRONG_VALUE, Refusal, missing, wrong
from tests.emulators.ads.tiktok.fields import (
    FLAG,
    IDS,
    NAME,
    NEEDED,
    NEEDED_ID,
    NEEDED_LIST,
    STATUS,
    TEXT,
    TEXTS,
    Field,
    checked,
    one_of,
)  # fmt: skip
from tests.emulators.ads.tiktok.world import MOST_ADS, Ad, AdGroup, Advertiser, Campaign, Thing

Json = dict[str, Any]

_CREATE = {"adgroup_id": NEEDED_ID, "creatives": NEEDED_LIST}
_CREATIVE = {
    "ad_name": NAME,
    "ad_text": Field(required=True, longest=100),
    "ad_format": one_of("SINGLE_IMAGE", "SINGLE_VIDEO", required=True),
    "identity_type": one_of("CUSTOMIZED_USER", "AUTH_CODE", "TT_USER", required=True),
    "identity_id": NEEDED,
    "image_ids": TEXTS,
    "video_id": TEXT,
    "landing_page_url": Field(required=True),
    "call_to_action": one_of("LEARN_MORE", "SHOP_NOW", "SIGN_UP", "CONTACT_US", "APPLY_NOW"),
    "display_name": TEXT,
    "operation_status": STATUS,
    # What the official SDK sends of its own accord.
    "aigc_disclosure_type": one_of("NOT_DECLARED", "SELF_DISCLOSURE"),
    "creative_authorized": FLAG,
    "deeplink_type": one_of("NORMAL"),
    "promotional_music_disabled": FLAG,
    "shopping_ads_deeplink_type": one_of("NONE"),
}
_FILTERS = {"ad_ids": IDS, "adgroup_ids": IDS, "campaign_ids": IDS, "ad_name": TEXT}


def create(call: Call) -> Json | Partial:
    """Those creatives that are in order; a call of which none is in order is refused."""
    given, account = call.checked(_CREATE), call.account
    ad_group = account.ad_group(given["adgroup_id"])
    if ad_group.deleted or ad_group.campaign.deleted:
        raise Refusal(WRONG_VALUE, f"{ad_group.id} has been deleted and cannot be changed.")
    living = [ad for ad in ad_group.ads if not ad.deleted]
    if len(living) + len(given["creatives"]) > MOST_ADS:
        raise Refusal(TOO_MANY_ADS, f"An ad group holds at most {MOST_ADS} ads.")
    made: list[Ad] = []
    refusals: dict[int, Refusal] = {}
    for index, creative in enumerate(given["creatives"]):
        try:
            _check(account, creative, f"creatives.{index}.")
        except Refusal as refusal:
            refusals[index] = refusal
        else:
            made.append(_make(call, ad_group, creative))
    if not made:
        raise refusals[0]
    tell_market(account, ad_group.campaign)
    data: Json = {"ad_ids": [ad.id for ad in made], "creatives": [row(ad) for ad in made]}
    if refusals:
        data["errors"] = [
            {"index": index, "error_message": refusal.message}
            for index, refusal in refusals.items()
        ]
    return Partial(data) if refusals else data


def update_status(call: Call) -> Json | Partial:
    return switch(call, "ad_ids", call.account.ad, _campaign_of)


def get(call: Call) -> Json:
    return listed(call, [row(ad) for ad in call.account.ads], _FILTERS)


def row(ad: Ad) -> Json:
    campaign = ad.ad_group.campaign
    return {
        **ad.fields, "ad_id": ad.id, "adgroup_id": ad.ad_group.id, "campaign_id": campaign.id,
        "operation_status": "ENABLE" if ad.enabled else "DISABLE",
        "secondary_status": f"AD_STATUS_{_state(ad)}",
        "create_time": shown_time(ad.created), "modify_time": shown_time(ad.modified),
    }  # fmt: skip


def _state(ad: Ad) -> str:
    ad_group, campaign = ad.ad_group, ad.ad_group.campaign
    gone = ((ad, "DELETE"), (ad_group, "ADGROUP_DELETE"), (campaign, "CAMPAIGN_DELETE"))
    off = ((campaign, "CAMPAIGN_DISABLE"), (ad_group, "ADGROUP_DISABLE"), (ad, "DISABLE"))
    deleted = [state for thing, state in gone if thing.deleted]
    disabled = [state for thing, state in off if not thing.enabled]
    return next(iter([*deleted, *disabled]), "DELIVERY_OK")


def _check(account: Advertiser, creative: Any, path: str) -> None:
    given = checked(creative, _CREATIVE, path)
    if given["identity_id"] != account.identity_id:
        raise wrong(f"{path}identity_id", "You have no permission to use this identity.")
    if not given.get("image_ids"):
        raise missing(f"{path}image_ids")
    if not set(given["image_ids"]) <= account.images:
        raise wrong(f"{path}image_ids", "The image does not exist.")
    if given["ad_format"] == "SINGLE_VIDEO" and given.get("video_id") not in account.videos:
        raise wrong(f"{path}video_id", "The video does not exist.")
    if not given["landing_page_url"].startswith(("http://", "https://")):
        raise wrong(f"{path}landing_page_url", "Not a valid URL.")


def _make(call: Call, ad_group: AdGroup, creative: Json) -> Ad:
    ad = Ad(
        id=call.account.new_id(), fields=dict(creative), created=call.now, modified=call.now,
        enabled=creative.get("operation_status", "ENABLE") == "ENABLE", ad_group=ad_group,
    )  # fmt: skip
    ad_group.ads.append(ad)
    return ad


def _campaign_of(thing: Thing) -> Campaign:
    assert isinstance(thing, Ad)
    return thing.ad_group.campaign
