"""MarkdownV2, read as Telegram reads it: character by character, with a stack of open entities."""

from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.errors import ApiError, unparsable
from tests.emulators.telegram.text.links import link_entity
from tests.emulators.telegram.text.utf16 import Written, in_order

Json = dict[str, Any]

_RESERVED = "_*[]()~`>#+-=|{}.!\n"
_SIGNS = {
    "__": "Underline", "||": "Spoiler", "```": "Pre", "![": "CustomEmoji",
    "_": "Italic", "*": "Bold", "~": "Strikethrough", "[": "TextUrl", "`": "Code",
}  # fmt: skip
_ENDS = {
    "Bold": "*", "Italic": "_", "Code": "`", "Pre": "```", "PreCode": "```", "TextUrl": "]",
    "Underline": "__", "Strikethrough": "~", "Spoiler": "||", "CustomEmoji": "]",
}  # fmt: skip
_RAW = ("Code", "Pre", "PreCode")
_NAMES = {
    "PreCode": "pre", "BlockQuote": "blockquote", "ExpandableBlockQuote": "expandable_blockquote",
}  # fmt: skip


@dataclass(slots=True)
class Open:
    """An entity whose end has not come; `place` is in the source, `offset` in what is shown."""

    kind: str
    place: int
    offset: int
    shown: int
    language: str = ""


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """The text as it shows and its entities; raises 400 in Telegram's words."""
    return _MarkdownV2(source).parse()


class _MarkdownV2:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._written = Written()
        self._open: list[Open] = []
        self._entities: list[Json] = []
        self._quoting = False
        self._line_start = True

    def parse(self) -> tuple[str, list[Json]]:
        while self._at < len(self._source):
            self._step()
        self._end_quote()
        if self._open:
            raise self._unfinished(self._open[-1])
        return self._written.text(), in_order(self._entities)

    def _step(self) -> None:
        sign = self._source[self._at]
        following = self._source[self._at + 1 : self._at + 2]
        if sign == "\\" and following and 0 < ord(following) <= 126:
            self._write(following, line_start=following == "\n")
            self._at += 2
        elif sign not in self._reserved():
            self._write(sign, line_start=False)
            self._at += 1
        elif self._open and self._ends(sign):
            self._close(sign)
        else:
            self._begin(sign)

    def _reserved(self) -> str:
        return "`" if self._open and self._open[-1].kind in _RAW else _RESERVED

    def _write(self, text: str, *, line_start: bool) -> None:
        self._written.add(text)
        if text != "\r":
            self._line_start = line_start

    def _ends(self, sign: str) -> bool:
        if self._quoting and sign == "\n" and self._source[self._at + 1 : self._at + 2] != ">":
            return True
        kind = self._open[-1].kind
        if kind == "Italic" and self._source.startswith("__", self._at):
            return False
        return kind in _ENDS and self._source.startswith(_ENDS[kind], self._at)

    def _begin(self, sign: str) -> None:
        if sign == "\n":
            self._write(sign, line_start=True)
            self._at += 1
            return
        if sign == ">":
            self._begin_quote()
            return
        mark = next((mark for mark in _SIGNS if self._source.startswith(mark, self._at)), "")
        if not mark:
            raise self._unescaped(sign)
        begun = Open(_SIGNS[mark], self._at, self._written.units, len(self._written.text()))
        self._open.append(begun)
        self._at += len(mark)
        if mark == "```":
            self._read_language(begun)

    def _begin_quote(self) -> None:
        if not self._line_start:
            raise self._unescaped(">")
        if not self._quoting:
            shown = len(self._written.text())
            self._open.append(Open("BlockQuote", self._at, self._written.units, shown))
            self._quoting = True
        self._at += 1

    def _read_language(self, begun: Open) -> None:
        end = self._at
        while end < len(self._source) and not (
            self._source[end].isspace() or self._source[end] == "`"
        ):
            end += 1
        if end > self._at and end < len(self._source) and self._source[end] != "`":
            begun.kind, begun.language = "PreCode", self._source[self._at : end]
            self._at = end
        for newline in ("\r\n", "\n\r", "\n", "\r"):
            if self._source.startswith(newline, self._at):
                self._at += len(newline)
                return

    def _close(self, sign: str) -> None:
        last = self._open[-1]
        if sign == "\n":
            self._end_quote(expected=True)
            self._write("\n", line_start=True)
            self._entities[-1]["length"] += 1
            self._at += 1
            return
        self._open.pop()
        self._at += len(_ENDS[last.kind])
        more: Json | None = {"language": last.language} if last.language else {}
        if last.kind in ("TextUrl", "CustomEmoji"):
            more = self._target(last)
        length = self._written.units - last.offset
        if length and more is not None:
            kind = _NAMES.get(last.kind, last.kind.lower())
            self._entities.append({"type": kind, "offset": last.offset, "length": length} | more)

    def _end_quote(self, *, expected: bool = False) -> None:
        """At the end of its last line; two bars just before make it one that expands."""
        if not self._quoting:
            return
        kind, last = "BlockQuote", self._open[-1]
        bars = self._source[: self._at].removesuffix("\r").endswith("||")
        if last.kind == "Spoiler" and bars and last.place >= self._at - 3:
            self._open.pop()
            kind, last = "ExpandableBlockQuote", self._open[-1]
        if last.kind != "BlockQuote":
            if expected:
                raise self._unfinished(last)
            return
        self._open.pop()
        self._quoting = False
        length = self._written.units - last.offset
        if length or expected:
            self._entities.append(
                {"type": _NAMES[kind], "offset": last.offset, "length": length}
            )  # fmt: skip

    def _target(self, last: Open) -> Json | None:
        """What a link or a custom emoji points to; None when it is no link after all."""
        emoji = last.kind == "CustomEmoji"
        if not self._source.startswith("(", self._at):
            if emoji:
                raise unparsable("Custom emoji entity must contain a tg://emoji URL")
            return link_entity(self._written.text()[last.shown :])
        url = self._read_url("a custom emoji URL" if emoji else "a URL")
        if not emoji:
            return link_entity(url)
        number = url.removeprefix("tg://emoji?id=")
        if number == url or not number.isdigit():
            raise unparsable("Custom emoji URL must have an emoji identifier")
        return {"type": "custom_emoji", "custom_emoji_id": number}

    def _read_url(self, what: str) -> str:
        self._at += 1
        begun, url = self._at, ""
        while self._at < len(self._source) and self._source[self._at] != ")":
            following = self._source[self._at + 1 : self._at + 2]
            if self._source[self._at] == "\\" and following and 0 < ord(following) <= 126:
                self._at += 1
            url += self._source[self._at]
            self._at += 1
        if self._at >= len(self._source):
            raise unparsable(f"Can't find end of {what} at byte offset {self._bytes(begun)}")
        self._at += 1
        return url

    def _bytes(self, place: int) -> int:
        return len(self._source[:place].encode())

    def _unfinished(self, entity: Open) -> ApiError:
        place = self._bytes(entity.place)
        return unparsable(f"Can't find end of {entity.kind} entity at byte offset {place}")

    def _unescaped(self, sign: str) -> ApiError:
        return unparsable(
            f"Character '{sign}' is reserved and must be escaped with the preceding '\\'"
        )
