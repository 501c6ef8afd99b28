"""Entities that a bot gives by itself: checked, cut to a hundred."""

from collections.abc import Mapping
from typing import Any

from tests.emulators.telegram.errors import ApiError, bad_request
from tests.emulators.telegram.text.links import link_entity, link_fault
from tests.emulators.telegram.text.utf16 import in_order, units

Json = dict[str, Any]

MOST = 100
_PLAIN = frozenset(
    {
        "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold",
        "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote",
        "code", "pre", "text_link", "text_mention", "custom_emoji", "bank_card_number",
    }
)  # fmt: skip
_NEEDED = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}


def check_entities(text: str, entities: object, users: Mapping[int, object]) -> list[Json]:
    """Raises 400 for what does not fit the text; entities of no length are dropped."""
    if not isinstance(entities, list):
        raise bad_request("can't parse entities JSON object")
    total = units(text)
    checked = [_checked(entity, users) for entity in entities[:MOST]]
    kept = [entity for entity in in_order(checked) if entity["length"] > 0]
    open_ends: list[Json] = []
    for entity in kept:
        offset, end = entity["offset"], entity["offset"] + entity["length"]
        if offset > total or (offset == total and entity["length"]):
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
        open_ends = [e for e in open_ends if e["offset"] + e["length"] > offset]
        if end > total or any(e["offset"] + e["length"] < end for e in open_ends):
            raise bad_request(f"entity beginning at UTF-16 offset {offset} ends after the end of"
                              f" the text at UTF-16 offset {end}")  # fmt: skip
        open_ends.append(entity)
    return kept


def _checked(entity: object, users: Mapping[int, object]) -> Json:
    if not isinstance(entity, dict):
        raise _unparsable("expected an Object")
    kind = entity.get("type")
    if kind not in _PLAIN:
        raise _unparsable("Unsupported type specified")
    if kind in _NEEDED and _NEEDED[kind] not in entity:
        raise _unparsable(f'Can\'t find field "{_NEEDED[kind]}"')
    offset, length = int(entity.get("offset", 0)), int(entity.get("length", 0))
    if offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    shown = {"type": kind, "offset": offset, "length": length}
    if kind == "text_link":
        return shown | _link(str(entity["url"]))
    if kind == "text_mention" and entity["user"].get("id") not in users:
        raise bad_request("user not found")
    more = ("user", "custom_emoji_id", "language")
    return shown | {name: entity[name] for name in more if entity.get(name)}


def _link(url: str) -> Json:
    target = link_entity(url)
    if target is None:
        raise bad_request(f"entity URL '{url}' is invalid: {link_fault(url)}")
    return target


def _unparsable(reason: str) -> ApiError:
    return bad_request(f"can't parse MessageEntity: {reason}")
