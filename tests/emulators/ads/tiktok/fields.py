"""Which fields a call takes, and what they must look like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulators.ads.tiktok.errors import missing, wrong

Json = dict[str, Any]

_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`type`: text, id, number, flag, ids, texts, list or object."""

    type: str = "text"
    required: bool = False
    choices: frozenset[str] = frozenset()
    longest: int = 0
    emoji: bool = True


Fields = Mapping[str, Field]


def one_of(*choices: str, required: bool = False) -> Field:
    return Field(choices=frozenset(choices), required=required)


def some_of(*choices: str, required: bool = False) -> Field:
    return Field(type="texts", choices=frozenset(choices), required=required)


TEXT, ID, NUMBER, FLAG = Field(), Field(type="id"), Field(type="number"), Field(type="flag")
IDS, TEXTS = Field(type="ids"), Field(type="texts")
NEEDED = Field(required=True)
NEEDED_ID, NEEDED_IDS = Field(type="id", required=True), Field(type="ids", required=True)
NEEDED_NUMBER = Field(type="number", required=True)
NEEDED_LIST = Field(type="list", required=True)
NAME = Field(required=True, longest=512, emoji=False)
STATUS = one_of("ENABLE", "DISABLE")
OPERATION = one_of("ENABLE", "DISABLE", "DELETE", required=True)


def checked(given: Any, fields: Fields, path: str = "") -> Json:
    """The given fields; raises Refusal for the first that is wrong, missing or not known."""
    if not isinstance(given, dict):
        raise wrong(path or "body", "Not a valid mapping type.")
    for name in given:
        if name not in fields:
            raise wrong(path + name, "Unknown field.")
    for name, field in fields.items():
        value = given.get(name)
        if value is None or value in ("", []):
            if field.required:
                raise missing(path + name)
            continue
        _check(path + name, value, field)
    return given


def _check(name: str, value: Any, field: Field) -> None:
    if not _fits(value, field.type):
        raise wrong(name, f"Not a valid {field.type}.")
    values = value if isinstance(value, list) else [value]
    if field.choices and not all(each in field.choices for each in values):
        raise wrong(name, f"Must be one of: {', '.join(sorted(field.choices))}.")
    if field.longest and width(str(value)) > field.longest:
        raise wrong(name, f"Longer than maximum length {field.longest}.")
    if not field.emoji and _EMOJI.search(str(value)):
        raise wrong(name, "Emoji is not supported.")


def _fits(value: Any, type_: str) -> bool:
    if type_ in ("ids", "texts"):
        kind = "id" if type_ == "ids" else "text"
        return isinstance(value, list) and all(_fits(each, kind) for each in value)
    if type_ == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type_ == "id":
        return isinstance(value, str) and value.isascii() and value.isdigit()
    kinds: dict[str, type] = {"text": str, "flag": bool, "list": list, "object": dict}
    return isinstance(value, kinds[type_])


def width(text: str) -> int:
    """In letters; a Chinese or Japanese character counts as two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)
