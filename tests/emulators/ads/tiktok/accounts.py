"""advertiser/…"""

from typing import Any

from tests.emulators.ads.tiktok.call import Call
from tests.emulators.ads.tiktok.errors import wrong
from tests.emulators.ads.tiktok.fields import NEEDED_IDS, TEXTS, checked

Json = dict[str, Any]


def info(call: Call) -> Json:
    """It alone is asked for by a list of accounts."""
    given = checked(call.given, {"advertiser_ids": NEEDED_IDS, "fields": TEXTS})
    account = call.account
    whole = {
        "advertiser_id": account.id, "name": account.title, "status": account.status,
        "currency": account.currency, "display_timezone": account.zone, "role": "ROLE_ADVERTISER",
    }  # fmt: skip
    wanted = given.get("fields") or [*whole]
    if unknown := [name for name in wanted if name not in whole]:
        raise wrong("fields", f"Not a valid choice: {unknown[0]}.")
    return {"list": [{name: whole[name] for name in wanted}]}
