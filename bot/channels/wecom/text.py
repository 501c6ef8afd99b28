"""Texts as WeCom shows them: in pieces of so many bytes, with the little Markdown that it knows."""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from bot.splitting import Span, cut

# Seen by nobody; four of them carry two bits each.
INVISIBLE = "\u200b\u200c\u2060\ufeff"
_FINGERPRINT_LETTERS = 12
FINGERPRINT_BYTES = 3 * _FINGERPRINT_LETTERS

_LINK = re.compile(r"!?\[([^\]\n]*)\]\(<?(\S+?)>?(?:\s+\"[^\"\n]*\")?\)")
_FENCE_LINE = re.compile(r"^ {0,3}(?:```|~~~).*\n?", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1[^\n]*$", re.MULTILINE | re.DOTALL)
# What must not be cut in the middle, and what only Markdown can show.
_BOLD = re.compile(r"\*\*[^*\n]+\*\*")
_CODE = re.compile(r"`[^`\n]+`")
_LINES = re.compile(r"^(?:#{1,6} |> )", re.MULTILINE)
_SIGNS = re.compile(r"\*\*|`|^#{1,6} ", re.MULTILINE)
_ANCHOR = re.compile(r"<(?=/?a\b)", re.IGNORECASE)


def size(text: str) -> int:
    """In bytes, as WeCom counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def pieces(text: str, limit: int, *, markdown: bool) -> list[str]:
    """Of at most `limit` bytes; code and what is bold is not cut."""
    whole = list(_together(text)) if markdown else []
    return [text[start:end] for start, end in cut(text, limit, size=size, whole=whole)]


def for_app(text: str) -> str:
    """What an app can show of Markdown: headings, bold, code in a line, quotes."""
    return _FENCE_LINE.sub("", open_links(text)).strip("\n") or text


def open_links(text: str) -> str:
    """A link hides where it leads: a model may have been told what to hide."""
    return _LINK.sub(_opened, text)


def without_anchors(text: str) -> str:
    """Plain texts, too, may hold links that hide where they lead."""
    return _ANCHOR.sub("＜", text)


def has_markup(text: str) -> bool:
    """Whether Markdown shows more of it than a plain text does."""
    return any(kind.search(text) for kind in (_BOLD, _CODE, _LINES))


def plain(text: str) -> str:
    """Without the signs of Markdown."""
    return _SIGNS.sub("", text)


def fingerprint(key: str) -> str:
    """Invisible letters that differ from key to key. WeCom drops a text that it had a short while
    ago: with this only the same message is the same text."""
    bits = int.from_bytes(sha256(key.encode()).digest()[:8], "big")
    return "".join(INVISIBLE[bits >> 2 * at & 3] for at in range(_FINGERPRINT_LETTERS))


def _opened(link: re.Match[str]) -> str:
    name, address = link[1].strip(), link[2]
    return address if name in ("", address) else f"{name} {address}"


def _together(text: str) -> Iterator[Span]:
    kinds: Iterable[re.Pattern[str]] = (_FENCE, _BOLD, _CODE)
    for kind in kinds:
        yield from (found.span() for found in kind.finditer(text))
