"""What the page posts."""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.storable import storable

# As the page makes it: a random UUID.
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PRESSED = re.compile(r"[0-9]{1,18}\.[0-9]{1,3}")
_TOKEN = re.compile(r"[\w-]{10,64}", re.ASCII)
_MOST_FILES = 5


class Malformed(Exception):
    """It is not what the page posts; `why` says what is wrong with it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message of a visitor. `id` is the browser's, the same when it sends the message again."""

    id: str
    text: str
    files: tuple[str, ...] = ()
    pressed: str | None = None


def written(body: bytes, letters: int) -> Written:
    """Raises Malformed."""
    said = _object(body)
    id_, text = said.get("id"), said.get("text", "")
    files, pressed = said.get("files", []), said.get("pressed")
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise Malformed("id")
    if not isinstance(text, str) or len(text) > letters:
        raise Malformed("text")
    if not _are_tokens(files):
        raise Malformed("files")
    if pressed is not None and not (isinstance(pressed, str) and _PRESSED.fullmatch(pressed)):
        raise Malformed("pressed")
    text = storable(text).strip()
    if not (text or files):
        raise Malformed("text")
    return Written(id=id_, text=text, files=tuple(dict.fromkeys(files)), pressed=pressed)


def in_frame(body: bytes) -> bool:
    """Whether the page stands inside another site. Raises Malformed."""
    return _object(body).get("frame") is True


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    if not isinstance(said, dict):
        raise Malformed("json")
    return said


def _are_tokens(files: object) -> bool:
    return (
        isinstance(files, list)
        and len(files) <= _MOST_FILES
        and all(isinstance(each, str) and _TOKEN.fullmatch(each) for each in files)
    )
