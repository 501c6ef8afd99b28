"""Texts as WeCom shows them: it reads every one as Markdown, in pieces of so many bytes."""

import re
from collections.abc import Iterator

from bot.splitting import cut

# WeCom takes 20,480 bytes; a note about a repeated send, and fences of code, may be added.
MAX_BYTES = 20_480 - 600
_ZERO_WIDTH = "\u200b"
_URL = re.compile(r"https?://[^\s<>\"'，。；！？（）】》]+")
_FENCED = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?(?:^\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_FENCE = re.compile(r"^(`{3,}|~{3,})([^\n`]*)$", re.MULTILINE)
# A link hides where it leads: a model may have been told what to hide.
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:<([^>\n]*)>|([^)\s]*))[^)\n]*\)")
# WeCom hides what stands in <think>, and calls people named in <@…>.
_TAG = re.compile(r"<(?=/?think\b|@)", re.IGNORECASE)
_SPECIAL = re.compile(
    r"""[\\`]                         # itself, code
      | \*(?=\S) | (?<=\S)\*          # bold, italics
      | (?<![^\W_])_ | _(?![^\W_])    # the same, but for names_like_this
      | ~(?=~)                        # struck out
      | \[(?=[^\]\n]*\]\()            # a link
      | <(?=[a-z/!?])                 # a tag
      | ^[ ]{0,3}(?:\#{1,6}(?=\s|$)|>|-+[ ]*$|=+[ ]*$)  # a heading, a quote, a line
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
# How much longer `plain` makes a character at most.
_LONGER = {**dict.fromkeys("\\`*_~[#>-=", 1), "<": 1 + len(_ZERO_WIDTH.encode())}


def plain(text: str) -> str:
    """What is shown as these characters, and links that can be pressed."""
    done, pieces = 0, []
    for link in _URL.finditer(text):
        pieces += [_escaped(text, done, link.start()), link[0]]
        done = link.end()
    return "".join([*pieces, _escaped(text, done, len(text))])


def shown(markdown: str) -> str:
    """Markdown as WeCom's: links say where they lead, nothing is hidden, nobody is called."""
    done, pieces = 0, []
    for code in _FENCED.finditer(markdown):
        pieces += [_harmless(markdown[done : code.start()]), _without_tags(code[0])]
        done = code.end()
    return "".join([*pieces, _harmless(markdown[done:])])


def plain_pieces(text: str, limit: int = MAX_BYTES) -> list[tuple[str, str]]:
    """Each piece as it is read, and as WeCom wants it."""
    return [
        (text[start:end], plain(text[start:end]))
        for start, end in cut(text, limit, size=_most_bytes)
    ]


def shown_pieces(text: str, limit: int = MAX_BYTES) -> list[str]:
    """`text` as `shown` gives it; code that is cut is code in both pieces."""
    whole = [found.span() for kind in (_FENCED, _INLINE) for found in kind.finditer(text)]
    pieces = [text[start:end] for start, end in cut(text, limit, size=_bytes, whole=whole)]
    return list(_fenced(pieces))


def fitting(text: str, limit: int = MAX_BYTES) -> str:
    """The beginning that fits into one message; of what is cut there, the code ends."""
    return text if _bytes(text) <= limit else shown_pieces(text, limit)[0]


def _escaped(text: str, start: int, end: int) -> str:
    return _SPECIAL.sub(_marked, _without_tags(text[start:end]))


def _marked(found: re.Match[str]) -> str:
    mark = found[0].lstrip(" ")
    return f"{found[0][: -len(mark)]}\\{mark}"


def _harmless(text: str) -> str:
    return _without_tags(_LINK.sub(lambda found: _seen(found[1], found[2] or found[3]), text))


def _seen(label: str, url: str) -> str:
    return url if not label or label == url else f"{label} ({url})"


def _without_tags(text: str) -> str:
    return _TAG.sub(f"<{_ZERO_WIDTH}", text)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _most_bytes(text: str) -> int:
    return _bytes(text) + sum(_LONGER.get(each, 0) for each in text)


def _fenced(pieces: list[str]) -> Iterator[str]:
    """Close the fence that a cut left open, and open it again behind the cut."""
    opening = ""
    for piece in pieces:
        text = f"{opening}\n{piece}" if opening else piece
        opening = ""
        for fence in _FENCE.finditer(text):
            if not opening:
                opening = fence[0]
            elif fence[0].strip().startswith(opening[:3]):
                opening = ""
        yield f"{text}\n{re.match('[`~]+', opening)[0]}" if opening else text  # type: ignore[index]
