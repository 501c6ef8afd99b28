"""A book as PDF: its summary and picture first, then the tables, with their header on each page.

fpdf is imported inside the functions: only who asks for a PDF pays for it.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.reports.exporting.model import Book, Cell, Column, Kind, Sheet, plain
from tools.reports.typeface import FONT, drawable

if TYPE_CHECKING:
    from fpdf import FPDF

# More rows than anybody reads on paper; the book says so where it stops.
MOST_ROWS = 2000
_LONGEST, _MARGIN, _WIDE = 80, 12, 6
_BLUE, _INK, _GREY, _PALE = (0, 114, 178), (32, 33, 36), (110, 115, 120), (243, 246, 250)
_LINE = (214, 218, 224)
_TEXT, _SMALL, _HEADING = 9.0, 8.0, 16.0
_PICTURE_HIGH, _PICTURE_LOW = 110, 88


def pdf_file(book: Book) -> bytes:
    """A4, across when a table has many columns. What the font lacks is shown as □."""
    pages = _opened(book)
    _front(pages, book)
    for sheet in book.sheets:
        _table(pages, book, sheet)
    return bytes(pages.output())


def _opened(book: Book) -> "FPDF":
    from fpdf import FPDF

    class Pages(FPDF):
        def footer(self) -> None:
            self.set_y(-_MARGIN)
            self.set_font("noto", size=_SMALL)
            self.set_text_color(*_GREY)
            number = book.page.format(page=self.page_no(), pages="{nb}")
            self.cell(0, 5, drawable(number), align="C")

    wide = max(len(_printed(sheet)) for sheet in book.sheets) > _WIDE
    pages = Pages(orientation="landscape" if wide else "portrait", format="A4")
    pages.add_font("noto", fname=FONT)
    pages.set_margin(_MARGIN)
    pages.set_auto_page_break(True, margin=_MARGIN + 6)
    pages.set_title(plain(book.title))
    pages.set_author(plain(book.organisation))
    pages.set_creation_date(book.made_at)
    pages.add_page()
    return pages


def _front(pages: "FPDF", book: Book) -> None:
    _paragraph(pages, book.title, _HEADING, _BLUE)
    # The title says the first and the summary says the others.
    for name, text in book.about.lines[1 : len(book.about.lines) - len(book.summary)]:
        _paragraph(pages, f"{name}  {text}", _SMALL, _GREY)
    pages.ln(2)
    for line in book.summary:
        _paragraph(pages, line, _TEXT + 1, _INK)
    height = _PICTURE_HIGH if pages.h > pages.w else _PICTURE_LOW
    if book.picture is not None:
        pages.ln(2)
        pages.image(io.BytesIO(book.picture), h=height)


def _paragraph(pages: "FPDF", text: str, size: float, colour: tuple[int, int, int]) -> None:
    pages.set_font("noto", size=size)
    pages.set_text_color(*colour)
    pages.multi_cell(0, size * 0.55, drawable(text), new_x="LMARGIN", new_y="NEXT")


def _table(pages: "FPDF", book: Book, sheet: Sheet) -> None:
    from fpdf.fonts import FontFace

    printed = _printed(sheet)
    columns = [sheet.columns[place] for place in printed]
    pages.ln(4)
    _paragraph(pages, sheet.name, _TEXT + 2, _BLUE)
    pages.set_font("noto", size=_SMALL)
    pages.set_text_color(*_INK)
    pages.set_draw_color(*_LINE)
    pages.set_line_width(0.1)
    with pages.table(
        col_widths=[column.width for column in columns],
        text_align=[_side(column) for column in columns],
        headings_style=FontFace(color=(255, 255, 255), fill_color=_BLUE),
        borders_layout="HORIZONTAL_LINES", line_height=_SMALL * 0.5, padding=1,
        cell_fill_color=_PALE, cell_fill_mode="EVEN_ROWS", repeat_headings=1,
    ) as table:  # fmt: skip
        table.row([drawable(column.title) for column in columns])
        for cells in _rows(sheet, printed):
            table.row(cells)
    if len(sheet.rows) > MOST_ROWS:
        left = book.more_rows.format(shown=f"{MOST_ROWS:,}", rows=f"{len(sheet.rows):,}")
        _paragraph(pages, left, _SMALL, _GREY)


def _rows(sheet: Sheet, printed: Sequence[int]) -> Iterator[list[str]]:
    for number, row in enumerate(sheet.rows[:MOST_ROWS]):
        yield [
            drawable(_worded(row[place], sheet.kind(number, sheet.columns[place])))
            for place in printed
        ]


def _printed(sheet: Sheet) -> list[int]:
    return [place for place, column in enumerate(sheet.columns) if column.printed]


def _side(column: Column) -> str:
    return "LEFT" if column.kind in (Kind.text, Kind.day, Kind.moment) else "RIGHT"


def _worded(value: Cell, kind: Kind) -> str:
    match value:
        case None:
            return "—"
        case str():
            return _short(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case int() | Decimal():
            return _number(value, kind)


def _number(value: int | Decimal, kind: Kind) -> str:
    match kind:
        case Kind.percent:
            return f"{value:.1%}"
        case Kind.money:
            return f"{value:,.2f}"
        case Kind.ratio:
            return f"{value:.2f}"
        case _:
            return f"{value:,.0f}"


def _short(text: str) -> str:
    """One line, cut where a cell would fill the page."""
    line = " ".join(plain(text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
