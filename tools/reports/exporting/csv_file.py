"""A book as CSV: UTF-8 with a mark, so that Excel reads Chinese right."""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal

from tools.reports.exporting.model import Book, Cell, Kind, Sheet, plain

# A spreadsheet takes a text that begins so for a formula. Apostrophes before it are counted in,
# so that taking one away always gives the text back.
_LIKE_A_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠\t\n]")


def csv_file(book: Book) -> bytes:
    """The main table first; each further one after an empty line and its name."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    for place, sheet in enumerate(book.sheets):
        if place:
            writer.writerows([[], [harmless(sheet.name)]])
        writer.writerow([harmless(column.title) for column in sheet.columns])
        writer.writerows(_row(sheet, number) for number in range(len(sheet.rows)))
    return written.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text, with an apostrophe in front when a spreadsheet would run it."""
    clean = plain(text)
    return f"'{clean}" if _LIKE_A_FORMULA.match(clean) else clean


def _row(sheet: Sheet, number: int) -> list[str]:
    row = sheet.rows[number]
    return [
        _worded(value, sheet.kind(number, column))
        for value, column in zip(row, sheet.columns, strict=True)
    ]


def _worded(value: Cell, kind: Kind) -> str:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case int() | Decimal() if kind is Kind.percent:
            return f"{value:.2%}"
        case Decimal() if kind is not Kind.number:
            return f"{value:.2f}"
        case int() | Decimal():
            return f"{value:.0f}"
