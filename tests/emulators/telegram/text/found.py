"""Entities that Telegram finds by itself: commands, mentions, links."""

import re
from typing import Any

from tests.emulators.telegram.text.utf16 import entity

Json = dict[str, Any]

_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<url>\bhttps?://[^\s<>\"，。！？；：）》]+[^\s<>\"，。！？；：）》.,!?;:)])"
    r"|(?P<mention>(?<![\w@])@[A-Za-z][A-Za-z0-9_]{2,31}\b)",
)


def find_entities(text: str) -> list[Json]:
    return [
        entity(match.lastgroup or "", text, match.start(), match.end())
        for match in _FOUND.finditer(text)
    ]
