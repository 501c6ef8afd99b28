"""Telegram's HTML: few tags, strict nesting, four named entities."""

import re
from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.errors import unparsable
from tests.emulators.telegram.text.links import link_entity
from tests.emulators.telegram.text.utf16 import Written, in_order

Json = dict[str, Any]

_KINDS = {
    "i": "italic", "em": "italic", "b": "bold", "strong": "bold", "s": "strikethrough",
    "strike": "strikethrough", "del": "strikethrough", "u": "underline", "ins": "underline",
    "tg-spoiler": "spoiler", "span": "spoiler", "tg-emoji": "custom_emoji", "a": "text_link",
    "pre": "pre", "code": "code", "blockquote": "blockquote",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAME = re.compile(r"[^\s=>/\"']*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


@dataclass(slots=True)
class Open:
    """A start tag whose end has not come; `value` is the one attribute that matters."""

    tag: str
    value: str
    offset: int
    shown: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """The text as it shows and its entities; raises 400 in Telegram's words."""
    return _Html(source).parse()


def _decoded(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        if match[3]:
            return _NAMED[match[3]]
        code = int(match[1], 16) if match[1] else int(match[2])
        return chr(code) if 0 < code < 0x10FFFF else match[0]

    return _REFERENCE.sub(character, text)


class _Html:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._written = Written()
        self._open: list[Open] = []
        self._entities: list[Json] = []

    def parse(self) -> tuple[str, list[Json]]:
        while self._at < len(self._source):
            tag = self._source.find("<", self._at)
            end = len(self._source) if tag < 0 else tag
            self._written.add(_decoded(self._source[self._at : end]))
            self._at = end
            if tag >= 0:
                self._tag()
        if self._open:
            tag_name = self._open[-1].tag
            raise unparsable(f'Can\'t find end tag corresponding to start tag "{tag_name}"')
        for entity in self._entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return self._written.text(), in_order(self._entities)

    def _tag(self) -> None:
        place = len(self._source[: self._at].encode())
        if self._source.startswith("</", self._at):
            self._end(place)
        else:
            self._start(place)

    def _start(self, place: int) -> None:
        begun = re.compile(r"[^\s>]*").match(self._source, self._at + 1)
        self._at = begun.end() if begun else self._at
        if self._at >= len(self._source):
            raise unparsable(f"Unclosed start tag at byte offset {place}")
        tag = begun[0].lower() if begun else ""
        if tag not in _KINDS:
            raise unparsable(f'Unsupported start tag "{tag}" at byte offset {place}')
        value = ""
        while not self._closes():
            name, said = self._attribute(tag, place)
            value = _wanted(tag, name, said) or value
        self._at += 1
        if tag == "span" and value != "spoiler":
            raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {place}')
        shown = len(self._written.text())
        self._open.append(Open(tag, value, self._written.units, shown))

    def _closes(self) -> bool:
        self._skip_spaces()
        return self._source.startswith(">", self._at)

    def _attribute(self, tag: str, place: int) -> tuple[str, str]:
        """Name and value; a value that is not given is empty."""
        name = self._read(_NAME)
        if not name:
            raise unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {place}')
        self._skip_spaces()
        if not self._source.startswith("=", self._at):
            self._require_more(f'Unclosed start tag "{tag}" at byte offset {place}')
            return name, ""
        self._at += 1
        self._skip_spaces()
        self._require_more(f'Unclosed start tag "{tag}" at byte offset {place}')
        value = self._value()
        self._require_more(f"Unclosed start tag at byte offset {place}")
        return name, value

    def _value(self) -> str:
        quote = self._source[self._at]
        if quote in "'\"":
            end = self._source.find(quote, self._at + 1)
            end = len(self._source) if end < 0 else end
            said = self._source[self._at + 1 : end]
            self._at = end + 1
            return _decoded(said)
        begun = len(self._source[: self._at].encode())
        token = self._read(_TOKEN)
        if not re.match(r"[\s>]", self._source[self._at : self._at + 1]):
            raise unparsable(f"Unexpected end of name token at byte offset {begun}")
        return token.lower()

    def _end(self, place: int) -> None:
        if not self._open:
            raise unparsable(f"Unexpected end tag at byte offset {place}")
        found = re.compile(r"</([^\s>]*)\s*(>?)").match(self._source, self._at)
        if not found or not found[2]:
            raise unparsable(f"Unclosed end tag at byte offset {place}")
        self._at = found.end()
        last, name = self._open.pop(), found[1].lower()
        if name and name != last.tag:
            raise unparsable(f'Unmatched end tag at byte offset {place}, expected "</{last.tag}>",'
                              f' found "</{name}>"')  # fmt: skip
        if length := self._written.units - last.offset:
            self._finish(last, {"offset": last.offset, "length": length})

    def _finish(self, last: Open, span: Json) -> None:
        kind = _KINDS[last.tag]
        before = self._entities[-1] if self._entities else {}
        same = (before.get("offset"), before.get("length")) == (span["offset"], span["length"])
        if last.tag == "pre" and same and before["type"] == "code" and before.get("language"):
            before["type"] = "pre"
        elif last.tag == "code" and same and before["type"] == "pre" and last.value:
            before["language"] = last.value
        elif last.tag == "a":
            target = link_entity(last.value or self._written.text()[last.shown :])
            self._entities += [span | target] if target else []
        elif last.tag == "tg-emoji":
            if not last.value.isdigit() or not 0 < int(last.value) < 2**63:
                raise unparsable("Invalid custom emoji identifier specified")
            self._entities.append({"type": kind, **span, "custom_emoji_id": last.value})
        else:
            kind = "expandable_blockquote" if last.tag == "blockquote" and last.value else kind
            language = {"language": last.value} if last.tag == "code" and last.value else {}
            self._entities.append({"type": kind, **span, **language})

    def _skip_spaces(self) -> None:
        while self._source[self._at : self._at + 1].isspace():
            self._at += 1

    def _read(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._source, self._at)
        text = found[0] if found else ""
        self._at += len(text)
        return text

    def _require_more(self, reason: str) -> None:
        if self._at >= len(self._source):
            raise unparsable(reason)


def _wanted(tag: str, name: str, value: str) -> str:
    """What an attribute says about its tag; most say nothing."""
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class":
            return value.removeprefix("language-") if value.startswith("language-") else ""
        case "span", "class":
            return value.removeprefix("tg-") if value.startswith("tg-") else ""
        case "blockquote", "expandable":
            return "1"
    return ""
