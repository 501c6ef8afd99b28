"""Markdown and plain text as they are written by hand: with lines that were wrapped, front matter,
bold words and links."""

import re

from tools.knowledge.parsing.wrapping import unwrapped

_FRONT = re.compile(r"---[ \t]*\n(.{0,4000}?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\]\[\n]{1,300})\]\(<?(https?://[^)\s>]{1,2000})>?[^)\n]{0,300}\)")
_OTHER_LINK = re.compile(r"\[([^\]\[\n]{1,300})\]\([^)\n]{0,2000}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]{1,1000}?)(?<=\S)\1")
_CODE = re.compile(r"`([^`\n]{1,300})`")


def read_plain(text: str) -> tuple[str, str]:
    """The title of its front matter, or "", and its Markdown."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    front = _FRONT.match(text)
    title = _FRONT_TITLE.search(front[1]) if front else None
    body = text[front.end() :] if front else text
    lines = _readable(body).split("\n")
    return title[1] if title else "", "\n".join(unwrapped(lines))


def _readable(text: str) -> str:
    """Words without the marks of how they look; a link keeps its address."""
    text = _IMAGE.sub(r"\1", _COMMENT.sub("", text))
    text = _LINK.sub(lambda link: _named(link[1], link[2]), text)
    text = _OTHER_LINK.sub(r"\1", text)
    return _CODE.sub(r"\1", _STRONG.sub(r"\2", text))


def _named(name: str, address: str) -> str:
    return address if name == address else f"{name} ({address})"
