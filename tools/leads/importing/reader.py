"""Reads a table in a process of its own: `python -m tools.leads.importing.reader`.

The file comes on standard input; JSON goes out: {"rows": [[line, [cell, …]], …]} with at most
MOST_ROWS rows and MOST_COLUMNS cells, or {"error": key}. A hostile file can only end this process.
"""

import csv
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 20_000, 60, 2_000
_MEMORY, _CPU_SECONDS = 768 * 1024 * 1024, 20
_UNPACKED_MOST = 200 * 1024 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DELIMITERS = ",\t;|"
_SAMPLE_ROWS = 20

Row = tuple[int, list[str]]


class Unreadable(ValueError):
    """The argument is a key below leads.imports.unreadable."""


def read(content: bytes) -> list[Row]:
    """The rows that are not empty with their line numbers (from 1). Raises Unreadable."""
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise Unreadable("encrypted" if encrypted else "old_excel")
    table = _sheet(content) if content.startswith(_ZIP) else _text_table(content)
    rows: list[Row] = []
    for line, cells in enumerate(table, 1):
        kept = [cell.strip()[:MOST_LETTERS] for cell in cells[:MOST_COLUMNS]]
        while kept and not kept[-1]:
            kept.pop()
        if kept:
            rows.append((line, kept))
        if len(rows) > MOST_ROWS + 1 or line > MOST_ROWS * 10:
            raise Unreadable("too_many_rows")
    if not rows:
        raise Unreadable("empty")
    return rows


def _sheet(content: bytes) -> Iterator[list[str]]:
    # Imported here: a CSV file does not need it.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _UNPACKED_MOST:
                raise Unreadable("too_heavy")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # A file may claim any size; only the rows that are there count.
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
            yield [_word(cell) for cell in cells]
    except DefusedXmlException as error:
        raise Unreadable("broken") from error
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, IndexError) as error:
        raise Unreadable("broken") from error


def _word(cell: object) -> str:
    """As a person reads it: 13800138000, not 13800138000.0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return f"{cell:%Y-%m-%d}" if isinstance(cell, datetime) else str(cell)


def _text_table(content: bytes) -> Iterable[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise Unreadable("unknown_kind")
    best = max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))
    try:
        return list(_parsed(text, best, MOST_ROWS * 10))
    except csv.Error as error:
        raise Unreadable("broken") from error


def _decoded(content: bytes) -> str:
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("unknown_kind")


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """How many sample rows have as many columns as the first, and how many columns those are."""
    try:
        widths = [len(cells) for cells in _parsed(text, delimiter, _SAMPLE_ROWS) if cells]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(width == widths[0] for width in widths), widths[0]


def _parsed(text: str, delimiter: str, most: int) -> Iterator[list[str]]:
    for position, cells in enumerate(
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    ):
        if position > most:
            return
        yield cells


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    try:
        answer: dict[str, object] = {"rows": read(sys.stdin.buffer.read())}
    except Unreadable as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": "too_heavy"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
