"""The first Markdown of the Bot API: no nesting, few signs."""

from typing import Any

from tests.emulators.telegram.errors import unparsable
from tests.emulators.telegram.text.links import link_entity
from tests.emulators.telegram.text.utf16 import Written

Json = dict[str, Any]

_ENDS = {"_": "_", "*": "*", "`": "`", "[": "]"}
_KINDS = {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}


def parse_old_markdown(source: str) -> tuple[str, list[Json]]:
    """The text as it shows and its entities; raises 400 in Telegram's words."""
    written, entities, at = Written(), list[Json](), 0
    while at < len(source):
        sign = source[at]
        if sign == "\\" and source[at + 1 : at + 2] in _ENDS:
            written.add(source[at + 1])
            at += 2
        elif sign in _ENDS:
            at = _entity(source, at, written, entities)
        else:
            written.add(sign)
            at += 1
    return written.text(), entities


def _entity(source: str, at: int, written: Written, entities: list[Json]) -> int:
    """Where the text goes on after it."""
    block = source.startswith("```", at)
    mark = "```" if block else source[at]
    ending = mark if block else _ENDS[mark]
    end = source.find(ending, at + len(mark))
    if end < 0:
        place = len(source[:at].encode())
        raise unparsable(f"Can't find end of the entity starting at byte offset {place}")
    inside, offset, after = source[at + len(mark) : end], written.units, end + len(ending)
    kind: Json | None = {"type": "pre" if block else _KINDS[mark]}
    if mark == "[":
        url, after = _url(source, after, inside)
        kind = link_entity(url)
    written.add(inside.removeprefix("\n") if block else inside)
    if kind and written.units > offset:
        entities.append({**kind, "offset": offset, "length": written.units - offset})
    return after


def _url(source: str, at: int, inside: str) -> tuple[str, int]:
    if not source.startswith("(", at):
        return inside, at
    end = source.find(")", at)
    end = len(source) if end < 0 else end
    return source[at + 1 : end], end + 1
