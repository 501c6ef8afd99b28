"""file/…: pictures and videos fetched from an address; tool/region: where one may advertise."""

from typing import Any
from urllib.parse import urlsplit

from tests.emulators.ads.tiktok.call import Call
from tests.emulators.ads.tiktok.errors import NO_FILE, Refusal, missing
from tests.emulators.ads.tiktok.fields import FLAG, TEXT, TEXTS, one_of

Json = dict[str, Any]

_UPLOAD = one_of("UPLOAD_BY_URL", required=True)
_IMAGE = {"upload_type": _UPLOAD, "image_url": TEXT, "file_name": TEXT}
_VIDEO = {
    "upload_type": _UPLOAD, "video_url": TEXT, "file_name": TEXT, "flaw_detect": FLAG,
    "auto_fix_enabled": FLAG, "auto_bind_enabled": FLAG,
}  # fmt: skip
_REGION = {
    "placements": TEXTS, "objective_type": TEXT,
    "level_range": one_of("ALL", "TO_COUNTRY", "TO_PROVINCE", "TO_CITY"),
}  # fmt: skip


def upload_image(call: Call) -> Json:
    url = _address(call.checked(_IMAGE), "image_url")
    return {
        "image_id": call.account.upload("image"), "image_url": url, "format": "jpeg",
        "displayable": True, "file_name": url.rpartition("/")[2],
    }  # fmt: skip


def upload_video(call: Call) -> list[Json]:
    url = _address(call.checked(_VIDEO), "video_url")
    name = url.rpartition("/")[2]
    video = {
        "video_id": call.account.upload("video"), "file_name": name, "displayable": True,
        "video_cover_url": f"https://p16.tiktokcdn.example/{name}.jpeg",
    }  # fmt: skip
    return [video]


def regions(call: Call) -> Json:
    given = call.checked(_REGION)
    for name in ("placements", "objective_type"):
        if not given.get(name):
            raise missing(name)
    countries = [
        {"location_id": ref, "name": code, "region_code": code, "level": "COUNTRY",
         "parent_id": "0", "next_level_ids": []}
        for code, ref in call.account.countries.items()
    ]  # fmt: skip
    # A country's parts have its code too.
    parts = [
        {**country, "location_id": f"{country['location_id']}1", "level": "PROVINCE"}
        for country in countries
        if given.get("level_range", "ALL") != "TO_COUNTRY"
    ]
    return {"region_info": parts + countries}


def _address(given: Json, name: str) -> str:
    """The address of a file that the platform could fetch."""
    if not given.get(name):
        raise missing(name)
    parts = urlsplit(given[name])
    if parts.scheme not in ("http", "https") or "missing" in parts.path:
        raise Refusal(NO_FILE, "The URL cannot be reached.")
    return str(given[name])
