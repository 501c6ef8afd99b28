"""PDF: the text of its pages in the order in which it is drawn, without running heads and page
numbers. A heading is what the bookmarks name, or a short line in larger letters."""

import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import Destination

from tools.knowledge.parsing.limits import MOST_PAGES, Refused, within
from tools.knowledge.parsing.wrapping import unwrapped

_LARGER, _LEVELS, _HEADING_LETTERS = 1.2, 3, 80
_NUMBER = re.compile(r"\W*(?:page|第)?\s*\d{1,4}\s*(?:页|頁|(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_ENDS = re.compile(r"[。！？!?；;.,，、：:]$")
# Parts of characters and letters that stand for whole ones: ⼿ (a radical), ﬁ.
_SHAPES = re.compile(r"[ﬀ-ﬆ⺀-⿟豈-﫿]")
_UNKNOWN = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_EDGE = 2


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    # From the bookmarks; 0 for none.
    level: int = 0


def read_pdf(content: bytes) -> tuple[str, str]:
    """The title in the file's properties, or "", and Markdown."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("encrypted")
        pages = _pages(reader)
        title = str((reader.metadata and reader.metadata.title) or "").strip()
    except LimitReachedError as error:
        raise Refused("too_heavy") from error
    except PyPdfError as error:
        raise Refused("broken") from error
    lines = [line for page in _without_running_lines(pages) for line in page]
    text = "".join(line.text for line in lines)
    if not text.strip():
        raise Refused("scanned" if any(map(_has_picture, reader.pages)) else "empty")
    if len(_UNKNOWN.findall(text)) > len(text) // 4:
        raise Refused("garbled")
    return title, "\n".join(_markdown(lines))


def _pages(reader: PdfReader) -> list[list[_Line]]:
    if len(reader.pages) > MOST_PAGES:
        raise Refused("too_long")
    marked = _bookmarks(reader)
    pages = []
    letters = 0
    for number, page in enumerate(reader.pages):
        lines = [
            _Line(line.text, line.size, marked.get((number, _bare(line.text)), 0))
            for line in _lines(page)
        ]
        letters += sum(len(line.text) for line in lines)
        within(letters)
        pages.append(lines)
    return pages


def _lines(page: PageObject) -> list[_Line]:
    """With the size of most of their letters, as it is seen."""
    drawn: list[tuple[str, float]] = []

    def keep(text: str, place: Any, inner: Any, _: Any, size: float) -> None:
        drawn.append((text, round(size * _scale(inner) * _scale(place), 1)))

    page.extract_text(visitor_text=keep)
    lines: list[_Line] = []
    parts: list[str] = []
    sizes: Counter[float] = Counter()
    for text, size in [*drawn, ("\n", 0.0)]:
        first, *rest = text.split("\n")
        parts.append(first)
        sizes[size] += len(first.strip())
        for part in rest:
            words = _shaped(" ".join("".join(parts).split()))
            if words:
                lines.append(_Line(words, max(sizes, key=sizes.__getitem__)))
            parts, sizes = [part], Counter({size: len(part.strip())})
    return lines


def _scale(matrix: Sequence[float]) -> float:
    return math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))


def _shaped(text: str) -> str:
    return _SHAPES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _bookmarks(reader: PdfReader) -> dict[tuple[int, str], int]:
    """Page and words of the bookmarks, with their level."""
    found: dict[tuple[int, str], int] = {}

    def collect(entries: Sequence[Any], level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                collect(entry, level + 1)
            elif isinstance(entry, Destination) and entry.title:
                page = reader.get_destination_page_number(entry)
                if page is not None:
                    found[page, _bare(str(entry.title))] = min(level, 6)

    collect(reader.outline, 1)
    return found


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _without_running_lines(pages: Sequence[list[_Line]]) -> Iterator[list[_Line]]:
    """Without what stands at the top or bottom of half of the pages in letters no larger than the
    text, and without page numbers."""
    body = _body_size([line for page in pages for line in page])
    seen: Counter[str] = Counter()
    for page in pages:
        edges = (*page[:_EDGE], *page[-_EDGE:])
        seen.update({_pattern(line) for line in edges if line.size <= body})
    running = {pattern for pattern, n in seen.items() if n >= max(3, len(pages) / 2)}
    for page in pages:
        yield [
            line
            for at, line in enumerate(page)
            if _EDGE <= at < len(page) - _EDGE
            or line.size > body
            or not (_pattern(line) in running or _NUMBER.fullmatch(line.text))
        ]


def _pattern(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _body_size(lines: Sequence[_Line]) -> float:
    """In which most letters are drawn."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=sizes.__getitem__, default=0.0)


def _markdown(lines: Sequence[_Line]) -> Iterator[str]:
    levels = _levels(lines)
    body: list[str] = []
    for line in lines:
        level = line.level or levels.get(line.size, 0)
        if not level or len(line.text) > _HEADING_LETTERS or _ENDS.search(line.text):
            body.append(f"\\{line.text}" if line.text[:1] in ("#", "|", ">") else line.text)
            continue
        yield from unwrapped(body)
        body = []
        yield f"\n{'#' * level} {line.text}\n"
    yield from unwrapped(body)


def _levels(lines: Sequence[_Line]) -> dict[float, int]:
    """The sizes of headings; the largest is of level 1."""
    body = _body_size(lines)
    larger = sorted({line.size for line in lines if line.size >= body * _LARGER}, reverse=True)
    return {size: min(level, _LEVELS) for level, size in enumerate(larger, 1)}


def _has_picture(page: PageObject) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    drawn = objects.get_object().values() if objects is not None else ()
    return any(each.get_object().get("/Subtype") in ("/Image", "/Form") for each in drawn)
