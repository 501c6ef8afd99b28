"""Files say what the tables say, whatever people typed, and never run it."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from tools.reports.exporting.csv_file import csv_file
from tools.reports.exporting.model import About, Book, Cell, Column, Kind, Plot, Sheet, plain
from tools.reports.exporting.pdf_file import MOST_ROWS, pdf_file
from tools.reports.exporting.xlsx_file import fitting, xlsx_file
from tools.reports.typeface import drawable

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1", "＋1", "－1",
    "＠SUM(A1)", "=HYPERLINK(\"http://evil.example\",\"x\")", "=cmd|'/c calc'!A0", "'=1+1", "''+1",
    "http://evil.example", "{=1+1}",
]  # fmt: skip
NAMES = [
    "王强",
    "李喆堃",
    "龍體灣",
    "Zoë",
    "😀 张三",
    "محمد",
    "שלום",
    "a\nb",
    '逗号,"引号"',
    "x" * 50,
]
# A picture of one pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060"
    "000000040001f61738550000000049454e44ae426082"
)


def a_sheet(texts: Sequence[str], name: str = "线索") -> Sheet:
    return Sheet(name=name, columns=[Column(title="姓名")], rows=[(text,) for text in texts])


def a_book(*sheets: Sheet, picture: bytes | None = None) -> Book:
    lines = [("报表", "线索"), ("公司", "火客 & Co"), ("时间", "2026-11-01 – 2026-11-15"),
             ("小结", "线索 3 条。")]  # fmt: skip
    return Book(
        title="线索", organisation="火客 & Co", period="2026-11-01 – 2026-11-15", currency="CNY",
        about=About(title="说明", lines=lines), summary=["线索 3 条。"], sheets=sheets,
        made_at=datetime(2026, 11, 18, 10, 0, tzinfo=UTC), page="第 {page} 页，共 {pages} 页",
        more_rows="共 {rows} 行，只放前 {shown} 行", picture=picture,
    )  # fmt: skip


def mixed() -> Sheet:
    columns = [
        Column(title="日期", kind=Kind.day), Column(title="时刻", kind=Kind.moment),
        Column(title="条数", kind=Kind.number), Column(title="花费（CNY）", kind=Kind.money),
        Column(title="ROAS", kind=Kind.ratio), Column(title="占比", kind=Kind.percent),
        Column(title="值", kind=Kind.mixed),
    ]  # fmt: skip
    first: tuple[Cell, ...] = (
        date(2026, 11, 1), datetime(2026, 11, 1, 9, 30, tzinfo=UTC), 1234, Decimal("-99.5"), Decimal("2.346"),
        Decimal("-0.125"), Decimal("0.5"),
    )  # fmt: skip
    empty: tuple[Cell, ...] = (date(2026, 11, 2), None, 0, None, None, None, 7)
    return Sheet(
        name="每天", columns=columns, rows=[first, empty], kinds=[Kind.percent, Kind.number],
        plots=[Plot(title="条数", shape="line", over=0, values=[2, 3])],
    )  # fmt: skip


def rows_of_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def column_of_xlsx(content: bytes) -> list[object]:
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    return [cell.value for cell in page["A"][1:]]


def text_of_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_csv_begins_with_the_mark_that_excel_needs_for_chinese() -> None:
    assert csv_file(a_book(a_sheet(["王强"]))).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", FORMULAS[:16])
def test_csv_quotes_what_a_spreadsheet_would_run(text: str) -> None:
    _, (cell,) = rows_of_csv(csv_file(a_book(a_sheet([text]))))
    assert cell == f"'{plain(text)}"


@pytest.mark.parametrize("text", [*NAMES, "a=b", "1-2", "张-三"])
def test_csv_leaves_harmless_text_alone(text: str) -> None:
    assert rows_of_csv(csv_file(a_book(a_sheet([text]))))[1] == [text]


def test_csv_keeps_numbers_numbers() -> None:
    _, first, second = rows_of_csv(csv_file(a_book(mixed())))
    assert first == [
        "2026-11-01",
        "2026-11-01 09:30",
        "1234",
        "-99.50",
        "2.35",
        "-12.50%",
        "50.00%",
    ]
    assert second == ["2026-11-02", "", "0", "", "", "", "7"]


def test_csv_puts_further_tables_below_with_their_name() -> None:
    content = csv_file(a_book(a_sheet(["王强"]), a_sheet(["李雷"], name="更多")))
    assert rows_of_csv(content) == [["姓名"], ["王强"], [], ["更多"], ["姓名"], ["李雷"]]


@pytest.mark.parametrize("text", [*FORMULAS, *NAMES])
def test_xlsx_text_is_text(text: str) -> None:
    content = xlsx_file(a_book(a_sheet([text])))
    (cell,) = load_workbook(io.BytesIO(content)).worksheets[0]["A"][1:]
    assert (cell.value, cell.data_type) == (plain(text), "s")
    assert cell.hyperlink is None
    with ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_xlsx_cells_have_types_and_formats() -> None:
    page = load_workbook(io.BytesIO(xlsx_file(a_book(mixed())))).worksheets[0]
    first, second = ([cell.value for cell in row] for row in page.iter_rows(min_row=2))
    assert [str(value) for value in first[:2]] == ["2026-11-01 00:00:00", "2026-11-01 09:30:00"]
    assert first[2:] == [1234, -99.5, 2.346, -0.125, 0.5]
    assert second[1:] == [None, 0, None, None, None, 7]
    assert [cell.number_format for cell in page[2]] == [
        "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "#,##0", "[$¥]#,##0.00", "0.00", "0.0%", "0.0%",
    ]  # fmt: skip
    assert page["G3"].number_format == "#,##0"


def test_xlsx_has_a_frozen_header_a_chart_and_the_organisation() -> None:
    content = xlsx_file(a_book(mixed()))
    workbook = load_workbook(io.BytesIO(content))
    page, about = workbook.worksheets
    assert (page.title, page.freeze_panes, page["A1"].font.bold) == ("每天", "A2", True)
    with ZipFile(io.BytesIO(content)) as parts:
        assert "xl/charts/chart1.xml" in parts.namelist()
        assert "火客 &amp;&amp; Co" in parts.read("xl/worksheets/sheet1.xml").decode()
    assert list(about.iter_rows(values_only=True))[1] == ("公司", "火客 & Co")
    assert workbook.properties.title == "线索"


@pytest.mark.parametrize("filler", ["长", "😀"])
def test_a_cell_that_excel_would_refuse_is_cut(filler: str) -> None:
    (cell,) = column_of_xlsx(xlsx_file(a_book(a_sheet([filler * 40_000]))))
    assert isinstance(cell, str)
    assert len(cell.encode("utf-16-le")) <= 2 * 32_767
    assert cell.endswith(f"{filler}…")


def test_a_large_workbook_is_written_the_same_way() -> None:
    texts = [f"=线索{number}" for number in range(5001)]
    assert column_of_xlsx(xlsx_file(a_book(a_sheet(texts)))) == texts


def test_a_chart_knows_its_values_without_excel() -> None:
    with ZipFile(io.BytesIO(xlsx_file(a_book(mixed())))) as parts:
        assert "<c:v>1234</c:v>" in parts.read("xl/charts/chart1.xml").decode()


@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_from_csv(texts: list[str]) -> None:
    back = [row[0] if row else "" for row in rows_of_csv(csv_file(a_book(a_sheet(texts))))[1:]]
    told = [text[1:] if re.match(r"'+\s*[=+\-@＝＋－＠\t\n]", text) else text for text in back]
    assert told == [plain(text) for text in texts]


@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_text_comes_back_from_xlsx(texts: list[str]) -> None:
    back = [cell or "" for cell in column_of_xlsx(xlsx_file(a_book(a_sheet([*texts, "end"]))))]
    assert back == [*map(plain, texts), "end"]


@given(texts=st.lists(st.text(max_size=100), min_size=10, max_size=30))
@settings(max_examples=8, deadline=None)
def test_any_text_can_be_printed(texts: list[str]) -> None:
    assert pdf_file(a_book(a_sheet(texts))).startswith(b"%PDF")


def test_a_pdf_can_be_searched_in_chinese() -> None:
    text = text_of_pdf(pdf_file(a_book(a_sheet(["王强", "李喆堃", "龍體灣"]), mixed())))
    for expected in (
        "王强",
        "李喆堃",
        "龍體灣",
        "火客 & Co",
        "线索 3 条。",
        "花费（CNY）",
        "-99.50",
    ):
        assert squeezed(expected) in squeezed(text)
    assert "第1页，共1页" in squeezed(text)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_pdf_shows_formulas_as_they_were_typed(text: str) -> None:
    assert squeezed(plain(text)) in squeezed(text_of_pdf(pdf_file(a_book(a_sheet([text])))))


def test_a_long_table_has_its_header_on_every_page() -> None:
    content = pdf_file(a_book(a_sheet([f"线索{number}" for number in range(120)])))
    pages = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]
    assert len(pages) > 2
    assert all("姓名" in page for page in pages)
    assert f"第2页，共{len(pages)}页" in pages[1]
    assert "线索119" in pages[-1]


def test_a_pdf_says_where_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.reports.exporting.pdf_file.MOST_ROWS", 3)
    text = squeezed(text_of_pdf(pdf_file(a_book(a_sheet(["甲", "乙", "丙", "丁"])))))
    assert "丙" in text
    assert "丁" not in text
    assert "共4行，只放前3行" in text
    assert MOST_ROWS >= 1000


def test_a_pdf_shows_the_picture_and_only_the_printed_columns() -> None:
    columns = [Column(title="姓名"), Column(title="原始数据", printed=False)]
    sheet = Sheet(name="线索", columns=columns, rows=[("王强", "secret")])
    content = pdf_file(a_book(sheet, picture=DOT))
    page = PdfReader(io.BytesIO(content)).pages[0]
    assert len(page.images) == 1
    assert "secret" not in page.extract_text()


def test_a_very_long_cell_is_cut_on_paper() -> None:
    text = squeezed(text_of_pdf(pdf_file(a_book(a_sheet(["很" * 5000])))))
    assert text.count("很") == 79
    assert "很…" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("王强", "王强"), ("喆堃赟龑", "喆堃赟龑"), ("😀 张三", "□ 张三"), ("a\tb", "a b"), ("é", "é"),
     ("👨‍👩‍👧", "□□□"), ("\x00x", "x"), ("¥1,200 — ROAS", "¥1,200 — ROAS")],
)  # fmt: skip
def test_what_the_font_lacks_is_a_box(text: str, shown: str) -> None:
    assert drawable(text) == shown


def test_text_that_fits_is_not_cut() -> None:
    assert fitting("长" * 32_767) == "长" * 32_767
