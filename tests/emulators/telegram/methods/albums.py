"""Albums of pictures or files."""

from typing import Any
from uuid import uuid4

from tests.emulators.telegram.call import Call, Json
from tests.emulators.telegram.content import MOST_CAPTION, post
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.media import document, photo, read_file
from tests.emulators.telegram.request import Parameters
from tests.emulators.telegram.text.formatted import read_formatted


def send_media_group(call: Call) -> list[Json]:
    room = call.open_room()
    items = call.given.nested("media", "media")
    if not isinstance(items, list) or len(items) < 2:
        raise bad_request("Too few messages to send as an album")
    if len(items) > 10:
        raise bad_request("Too many messages to send as an album")
    if len({item.get("type") for item in items} | {"document"}) > 2 and any(
        item.get("type") == "document" for item in items
    ):
        raise bad_request("Document can't be mixed with other media types")
    contents = [_content(call, item) for item in items]
    group = str(uuid4().int)[:17]
    return [post(call, room, media_group_id=group, **content) for content in contents]


def _content(call: Call, item: dict[str, Any]) -> Json:
    kind = item.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type must be one of photo or document")
    stored = read_file(call, kind, str(item.get("media", "")))
    said = {name: str(item.get(name) or "") for name in ("caption", "parse_mode")}
    caption, entities = read_formatted(
        Parameters(said, {}), "caption", "caption_entities", call.world.users
    )
    if len(caption) > MOST_CAPTION:
        raise bad_request("message caption is too long")
    shown = photo(stored) if kind == "photo" else document(stored)
    return {kind: shown, "caption": caption, "caption_entities": entities}


METHODS = {"sendMediaGroup": send_media_group}
