"""Web pages: their article without what stands around it."""

import re
from html import unescape
from html.parser import HTMLParser

import trafilatura

from tools.knowledge.parsing.plain import read_plain

_LEFT_OUT = frozenset(
    ("script", "style", "noscript", "template", "nav", "footer", "form", "svg", "title", "select")
)
_LINES = frozenset(
    ("p", "div", "li", "td", "th", "dt", "dd", "section", "article", "br", "blockquote", "tr",
     "table", "ul", "ol", "dl", "main", "header", "body", "h1", "h2", "h3", "h4", "h5", "h6")
)  # fmt: skip
_HEADING = re.compile(r"h([1-6])")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,1000})</title>", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_web_page(text: str) -> tuple[str, str]:
    """The title of a page whose text has none itself, or "", and Markdown."""
    # lxml takes no text that names an encoding, for the text has none any more. And where a line of
    # the source ends means nothing.
    text = " ".join(_DECLARATION.sub("", text).split())
    found = trafilatura.extract(
        text, output_format="markdown", include_comments=False, include_tables=True,
        include_links=True, favor_recall=True,
    )  # fmt: skip
    _, readable = read_plain(found or _everything(text))
    title = _TITLE.search(text)
    if title is None or re.search(r"^# ", readable, re.MULTILINE):
        return "", readable
    return " ".join(unescape(title[1]).split()), readable


def _everything(text: str) -> str:
    """The words of a page in which no article was found."""
    page = _Words()
    page.feed(text)
    page.close()
    return page.text()


class _Words(HTMLParser):
    """Headings, lists and tables keep their marks."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[list[str]] = [[]]
        # Open elements whose text is left out.
        self._silent = 0
        self._in_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _LEFT_OUT:
            self._silent += 1
        elif tag == "tr":
            self._lines.append([])
            self._in_row = True
        elif tag in ("td", "th"):
            self._lines[-1].append("| ")
        elif tag in _LINES and not self._in_row:
            level = _HEADING.fullmatch(tag)
            mark = f"{'#' * int(level[1])} " if level else "- " if tag == "li" else ""
            self._lines.append([mark] if mark else [])

    def handle_endtag(self, tag: str) -> None:
        if tag in _LEFT_OUT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th"):
            self._lines[-1].append(" ")
        elif tag in _LINES:
            self._in_row = self._in_row and tag not in ("tr", "table")
            if not self._in_row:
                self._lines.append([])

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._lines[-1].append(data)

    def text(self) -> str:
        lines = (" ".join("".join(parts).split()) for parts in self._lines)
        return "\n".join(f"{line} |" if line[:1] == "|" else f"\n{line}" for line in lines if line)
