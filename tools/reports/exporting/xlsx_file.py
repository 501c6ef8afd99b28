"""A book as an Excel workbook. Text is written as text: nothing becomes a formula or a link."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tools.reports.exporting.model import Book, Cell, Column, Kind, Plot, Sheet, plain

# Excel's own limit for a cell; it counts UTF-16 units, of which an emoji has two.
_LONGEST = 32_767
_BLUE, _ROW_HEIGHT, _HEADER_MOST = "#0072B2", 20, 200
_ABOUT_WIDTHS = (16, 80)
_PLOT_COLUMNS, _PLOT_ROWS, _MANY_ROWS = 2, 16, 5000

Formats = Mapping[Kind, Format]


def xlsx_file(book: Book) -> bytes:
    """A worksheet for each sheet, with its header in the first row, and one about the report."""
    written = io.BytesIO()
    # Then rows go to a temporary file as they come, and 50,000 leads need no more memory than one;
    # charts would lack the values that viewers other than Excel draw them from.
    options = {
        "constant_memory": book.rows > _MANY_ROWS, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "remove_timezone": True,
    }  # fmt: skip
    with Workbook(written, options) as workbook:
        workbook.set_properties(
            {"title": plain(book.title), "company": plain(book.organisation),
             "subject": plain(book.period), "created": book.made_at.replace(tzinfo=None)}
        )  # fmt: skip
        formats = _formats(workbook, book.currency)
        header = workbook.add_format(
            {"bold": True, "font_color": "white", "bg_color": _BLUE, "valign": "vcenter",
             "text_wrap": True}
        )  # fmt: skip
        for sheet in book.sheets:
            page = workbook.add_worksheet(sheet.name)
            _table(page, sheet, formats, header)
            _printed(page, book)
            for place, plot in enumerate(sheet.plots):
                _plot(workbook, page, sheet, plot, place)
        _about(workbook, book, formats, header)
    return written.getvalue()


def fitting(text: str) -> str:
    """The text, cut with an ellipsis where Excel would refuse the cell."""
    clean = plain(text)
    if len(clean.encode("utf-16-le")) <= 2 * _LONGEST:
        return clean
    cut = clean.encode("utf-16-le")[: 2 * (_LONGEST - 1)]
    return f"{cut.decode('utf-16-le', 'ignore')}…"


def _formats(workbook: Workbook, currency: str) -> Formats:
    shapes = {
        Kind.text: {"num_format": "@"}, Kind.number: {"num_format": "#,##0"},
        Kind.ratio: {"num_format": "0.00"}, Kind.percent: {"num_format": "0.0%"},
        Kind.money: {"num_format": f'[${_symbol(currency)}]#,##0.00'},
        Kind.day: {"num_format": "yyyy-mm-dd"}, Kind.moment: {"num_format": "yyyy-mm-dd hh:mm"},
    }  # fmt: skip
    return {kind: workbook.add_format({**shape, "valign": "top"}) for kind, shape in shapes.items()}


def _symbol(currency: str) -> str:
    # Imported here: most turns show no money, and babel's data costs memory.
    from babel.numbers import get_currency_symbol

    return get_currency_symbol(currency, locale="zh_CN")


def _table(page: Worksheet, sheet: Sheet, formats: Formats, header: Format) -> None:
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    page.set_row(0, _ROW_HEIGHT)
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, fitting(column.title), header)
    for number, row in enumerate(sheet.rows):
        for place, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _cell(page, number + 1, place, value, formats[sheet.kind(number, column)])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)


def _cell(page: Worksheet, row: int, place: int, value: Cell, shape: Format) -> None:
    match value:
        case None | "":
            return
        case str():
            page.write_string(row, place, fitting(value), shape)
        case datetime() | date():
            page.write_datetime(row, place, value, shape)
        case int() | Decimal():
            page.write_number(row, place, float(value), shape)


def _printed(page: Worksheet, book: Book) -> None:
    """On paper each page names the report, as many columns wide as there are."""
    named = f"{book.organisation} · {book.title} · {book.period}"
    # An ampersand is a command there.
    page.set_header(f"&L{plain(named)[:_HEADER_MOST].replace('&', '&&')}&R&P / &N")
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _plot(workbook: Workbook, page: Worksheet, sheet: Sheet, plot: Plot, place: int) -> None:
    last = len(sheet.rows)
    chart: Any = workbook.add_chart({"type": plot.shape})
    for column in plot.values:
        chart.add_series(
            {
                "name": [sheet.name, 0, column],
                "categories": [sheet.name, 1, plot.over, last, plot.over],
                "values": [sheet.name, 1, column, last, column],
                "line": {"width": 2}, "data_labels": {"value": plot.shape == "bar"},
            }
        )  # fmt: skip
    chart.set_title({"name": plot.title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom", "none": len(plot.values) == 1})
    over: Column = sheet.columns[plot.over]
    if plot.shape == "bar":
        # Excel draws bars from below: the first row belongs on top.
        chart.set_y_axis({"reverse": True})
    elif over.kind is Kind.day:
        chart.set_x_axis({"date_axis": True, "num_format": "mm-dd"})
    chart.set_size({"width": 560, "height": 300})
    beside = len(sheet.columns) + _PLOT_COLUMNS - 1
    page.insert_chart(place * _PLOT_ROWS + 1, beside, chart)


def _about(workbook: Workbook, book: Book, formats: Formats, header: Format) -> None:
    page = workbook.add_worksheet(book.about.title)
    for place, width in enumerate(_ABOUT_WIDTHS):
        page.set_column(place, place, width)
    for row, (name, text) in enumerate(book.about.lines):
        page.write_string(row, 0, fitting(name), header)
        page.write_string(row, 1, fitting(text), formats[Kind.text])
