"""Text with its entities, however the bot said them."""

from collections.abc import Mapping
from typing import Any

from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.request import Parameters
from tests.emulators.telegram.text.found import find_entities
from tests.emulators.telegram.text.given import check_entities
from tests.emulators.telegram.text.html import parse_html
from tests.emulators.telegram.text.markdown import parse_markdown
from tests.emulators.telegram.text.old_markdown import parse_old_markdown
from tests.emulators.telegram.text.utf16 import in_order

Json = dict[str, Any]

_PARSERS = {
    "html": parse_html, "markdownv2": parse_markdown, "markdown": parse_old_markdown,
}  # fmt: skip
_CLOSED = frozenset({"code", "pre", "text_link", "text_mention", "custom_emoji", "url"})


def read_formatted(
    given: Parameters, name: str, entities: str, users: Mapping[int, object]
) -> tuple[str, list[Json]]:
    """As it shows: without outer spaces, with the links that Telegram finds by itself."""
    mode, source = given.text("parse_mode").lower(), given.text(name)
    if mode:
        if mode not in _PARSERS:
            raise bad_request("unsupported parse_mode")
        text, said = _PARSERS[mode](source)
    else:
        text, said = source, check_entities(source, given.nested(entities, name) or [], users)
    text, said = _trimmed(text, said)
    found = [entity for entity in find_entities(text) if not _covered(entity, said)]
    return text, in_order(said + found)


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Spaces at the start go only as far as the first entity."""
    leading = len(text) - len(text.lstrip())
    cut = min([leading, *(entity["offset"] for entity in entities)])
    shown = text[cut:].rstrip()
    left = len(shown.encode("utf-16-le", "surrogatepass")) // 2
    kept = []
    for entity in entities:
        offset = entity["offset"] - cut
        if (length := min(entity["length"], left - offset)) > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return shown, kept


def _covered(entity: Json, others: list[Json]) -> bool:
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return any(
        other["offset"] < end and start < other["offset"] + other["length"]
        for other in others
        if other["type"] in _CLOSED or other["type"] == entity["type"]
    )
