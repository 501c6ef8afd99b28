"""Workbooks and CSV: every sheet is a heading with its tables; questions with answers, pairs."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from tools.knowledge.parsing.document import Block, heading, paragraph, table
from tools.knowledge.parsing.faq import pairs
from tools.knowledge.parsing.limits import MOST_LETTERS, MOST_ROWS, Refused, within

_MOST_COLUMNS = 200
_DELIMITERS = ",\t;|"
_SAMPLE_ROWS = 20


def read_workbook(content: bytes) -> list[Block]:
    # Imported here: a CSV file does not need it, and it is slow to load.
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    blocks: list[Block] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        # A file may claim any size; only the rows that are there count.
        sheet.reset_dimensions()
        found = list(_tables(map(_words, sheet.iter_rows(max_col=_MOST_COLUMNS))))
        if found:
            blocks += [heading(sheet.title, 2), *found]
    return blocks


def read_csv(text: str) -> list[Block]:
    csv.field_size_limit(MOST_LETTERS)
    delimiter = max(_DELIMITERS, key=lambda each: _fit(text, each))
    try:
        return list(_tables(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise Refused("broken") from error


def _tables(rows: Iterable[Sequence[str]]) -> Iterator[Block]:
    """An empty row ends a table; lines of one cell above a table are text."""
    letters = 0
    part: list[list[str]] = []
    for number, row in enumerate(rows):
        if number > MOST_ROWS * 10:
            raise Refused("too_heavy")
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        letters += sum(map(len, cells))
        within(letters)
        if cells:
            part.append(cells)
        elif part:
            yield from _table(part)
            part = []
    if part:
        yield from _table(part)


def _table(rows: list[list[str]]) -> Iterator[Block]:
    widest = max(map(len, rows))
    while rows and (len(rows[0]) == 1 or widest == 1):
        yield paragraph(rows.pop(0)[0])
    if rows:
        yield from pairs(rows) or [table(_without_empty_columns(rows))]


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    width = max(map(len, rows))
    kept = [at for at in range(width) if any(at < len(row) and row[at] for row in rows)]
    return [[row[at] if at < len(row) else "" for at in kept] for row in rows]


def _words(cells: Sequence[Any]) -> list[str]:
    return [_word(cell.value, str(getattr(cell, "number_format", ""))) for cell in cells]


def _word(value: object, shown: str) -> str:
    """As a person reads it: 20%, not 0.2; 13800138000, not 13800138000.0."""
    match value:
        case None:
            return ""
        case float() | int() if "%" in shown and not isinstance(value, bool):
            return f"{round(value * 100, 6):g}%"
        case float() if value.is_integer() and abs(value) < 1e15:
            return f"{value:.0f}"
        case datetime() if value.time() == time():
            return f"{value:%Y-%m-%d}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """How many sample rows have as many columns as the first, and how many columns those are."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths: list[int] = []
    try:
        for cells in rows:
            if len(widths) == _SAMPLE_ROWS:
                break
            if cells:
                widths.append(len(cells))
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(width == widths[0] for width in widths), widths[0]
