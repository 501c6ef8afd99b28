"""Word documents: headings, paragraphs, lists and tables of the body. Macros, comments, deleted
and hidden text are left out."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TypeAlias

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.styles.style import ParagraphStyle

from tools.knowledge.parsing.document import (
    Block,
    as_found,
    heading,
    items,
    paragraph,
    table,
)
from tools.knowledge.parsing.faq import pairs

Item: TypeAlias = tuple[int, str, str]

_HEADING = re.compile(r"(?:heading|标题|標題)\s*(\d)", re.IGNORECASE)
_TITLE = ("title", "标题", "標題")
_CONTENTS = re.compile(r"toc\b|目录", re.IGNORECASE)
_LIST = re.compile(r"list\s*(bullet|number|paragraph)?", re.IGNORECASE)
_TRANSPARENT = frozenset(
    map(qn, ("w:sdtContent", "w:ins", "w:moveTo", "w:customXml", "w:smartTag"))
)
_LEFT_OUT = frozenset(map(qn, ("w:del", "w:moveFrom")))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT, _RUN, _PARAGRAPH = qn("w:t"), qn("w:r"), qn("w:p")
_SPACES = {qn("w:tab"): " ", qn("w:br"): " ", qn("w:cr"): " ", qn("w:noBreakHyphen"): "-"}
_MOST_SPAN = 60
_MACROS = b"application/vnd.ms-word.document.macroEnabled.main+xml"
_PLAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def read_word(content: bytes) -> tuple[str, str]:
    """Title and Markdown."""
    document = Document(io.BytesIO(_without_macros(content)))
    blocks = list(_Body(document).blocks())
    return (document.core_properties.title or "").strip(), as_found(blocks)


def _without_macros(content: bytes) -> bytes:
    """The same file with the type of one that has none; python-docx knows no other."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml")
        if _MACROS not in types:
            return content
        plain = io.BytesIO()
        with zipfile.ZipFile(plain, "w") as target:
            for member in archive.namelist():
                part = archive.read(member)
                target.writestr(member, part.replace(_MACROS, _PLAIN) if part == types else part)
    return plain.getvalue()


class _Body:
    def __init__(self, document: WordDocument) -> None:
        self._body = document.element.body
        self._styles = {
            style.style_id: style for style in document.styles if isinstance(style, ParagraphStyle)
        }
        self._bullets = _bullets(document)
        self._counts: dict[tuple[str, int], int] = {}
        # A title stands above the headings of the first level.
        self._under_title = 0

    def blocks(self) -> Iterator[Block]:
        entries: list[Item] = []
        for element in _flat(self._body):
            entry = self._item(element) if element.tag == _PARAGRAPH else None
            if entry:
                entries.append(entry)
                continue
            if entries:
                yield items(entries)
                entries = []
            yield from self._block(element)
        if entries:
            yield items(entries)

    def _block(self, element: BaseOxmlElement) -> Iterator[Block]:
        if element.tag != _PARAGRAPH:
            yield from _table(element)
            return
        text = _text(element)
        name = self._style(element)
        if not text or _CONTENTS.match(name):
            return
        level = self._level(element, name)
        level += self._under_title if level else 0
        if name.lower() in _TITLE:
            level = self._under_title = 1
        yield heading(text, level) if level and len(text) <= 200 else paragraph(text)

    def _style(self, element: BaseOxmlElement) -> str:
        found = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style = self._styles.get(str(found.get(qn("w:val")))) if found is not None else None
        return (style.name or "") if style is not None else ""

    def _level(self, element: BaseOxmlElement, name: str) -> int:
        """From 1, or 0 for no heading."""
        named = _HEADING.match(name)
        if named:
            return int(named[1]) or 1
        if name.lower() in _TITLE:
            return 1
        outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        level = _number(outline)
        return level + 1 if level is not None and level < 9 else 0

    def _item(self, element: BaseOxmlElement) -> Item | None:
        name = self._style(element)
        text = _text(element)
        if not text or self._level(element, name) or _CONTENTS.match(name):
            return None
        numbering = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if numbering is None:
            return (
                (0, "", text) if name.lower().startswith(("list bullet", "list number")) else None
            )
        kept = numbering.find(qn("w:numId"))
        which = str(kept.get(qn("w:val"))) if kept is not None else ""
        depth = min(_number(numbering.find(qn("w:ilvl"))) or 0, 5)
        if which in ("", "0"):
            return None
        if (which, depth) in self._bullets:
            return depth, "", text
        self._counts = {
            key: count for key, count in self._counts.items() if key[0] != which or key[1] <= depth
        }
        self._counts[which, depth] = self._counts.get((which, depth), 0) + 1
        return depth, str(self._counts[which, depth]), text


def _bullets(document: WordDocument) -> set[tuple[str, int]]:
    """Which levels of which lists have a mark in place of a number."""
    found: set[tuple[str, int]] = set()
    try:
        numbering = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return found
    formats = {
        (each.get(qn("w:abstractNumId")), _number_of(level.get(qn("w:ilvl")))): level
        for each in numbering.iter(qn("w:abstractNum")) for level in each.iter(qn("w:lvl"))
    }  # fmt: skip
    for each in numbering.iter(qn("w:num")):
        abstract = each.find(qn("w:abstractNumId"))
        for (which, depth), level in formats.items():
            kind = level.find(qn("w:numFmt"))
            if abstract is None or which != abstract.get(qn("w:val")) or kind is None:
                continue
            if kind.get(qn("w:val")) in ("bullet", "none"):
                found.add((str(each.get(qn("w:numId"))), depth or 0))
    return found


def _flat(parent: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """Paragraphs and tables, also those in controls and tracked insertions; no table of contents."""
    for child in parent:
        if child.tag in (_PARAGRAPH, qn("w:tbl")):
            yield child
        elif child.tag in _TRANSPARENT:
            yield from _flat(child)
        elif child.tag == qn("w:sdt"):
            gallery = child.find(f".//{qn('w:docPartGallery')}")
            if gallery is None or gallery.get(qn("w:val")) != "Table of Contents":
                yield from _flat(child)


def _text(element: BaseOxmlElement) -> str:
    return " ".join("".join(_letters(element)).split())


def _letters(element: BaseOxmlElement) -> Iterator[str]:
    for child in element:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag in _LEFT_OUT or child.tag == _FALLBACK or _is_hidden(child):
            continue
        else:
            yield from _letters(child)
            if child.tag == _PARAGRAPH:
                yield " "


def _is_hidden(element: BaseOxmlElement) -> bool:
    vanish = element.find(f"{qn('w:rPr')}/{qn('w:vanish')}") if element.tag == _RUN else None
    return vanish is not None and vanish.get(qn("w:val")) not in ("0", "false")


def _table(element: BaseOxmlElement) -> Iterator[Block]:
    rows = [row for row in _rows(element) if any(row)]
    if not rows:
        return
    if max(map(len, rows)) == 1:
        # A frame around text.
        for (text,) in rows:
            yield from (paragraph(line) for line in text.split("\n") if line)
        return
    yield from pairs(rows) or [table(rows)]


def _rows(element: BaseOxmlElement) -> Iterator[list[str]]:
    """A cell over several rows is said in each of them; one over several columns, once."""
    above: list[str] = []
    for line in element.iter(qn("w:tr")):
        if next(line.iterancestors(qn("w:tbl"))) is not element:
            # Of a table within a cell, whose text stands there.
            continue
        row: list[str] = []
        for cell in line.iterchildren(qn("w:tc")):
            texts = (_text(each) for each in cell.iter(_PARAGRAPH))
            text = "\n".join(found for found in texts if found)
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            if merge is not None and merge.get(qn("w:val")) != "restart" and len(row) < len(above):
                text = above[len(row)]
            span = _number(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")) or 1
            row.extend([text, *[""] * (min(span, _MOST_SPAN) - 1)])
        above = row
        yield row


def _number(element: BaseOxmlElement | None) -> int | None:
    return None if element is None else _number_of(element.get(qn("w:val")))


def _number_of(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 6 else None
