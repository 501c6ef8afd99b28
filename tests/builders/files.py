"""Files as people make them: Word, Excel, PDF."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter
from docx import Document
from docx.document import Document as WordDocument
from fpdf import FPDF

_FONT = Path(__file__).parents[2] / "tools/reports/fonts/NotoSansSC-subset.ttf"


def a_word_document() -> WordDocument:
    return Document()


def as_file(document: WordDocument) -> bytes:
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def a_workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Rows by the name of their sheet; a number below 1 is shown in percent."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        percent = book.add_format({"num_format": "0%"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for at, cell in enumerate(row):
                    shown = [percent] if isinstance(cell, float) and cell < 1 else []
                    sheet.write(number, at, cell, *shown)
    return content.getvalue()


class APdf:
    """Pages of lines; `size` 18 looks like a heading."""

    def __init__(self, title: str = "") -> None:
        self._pdf = FPDF()
        self._pdf.add_font("Chinese", "", _FONT)
        if title:
            self._pdf.set_title(title)

    def page(self, *lines: tuple[float, str], foot: str = "") -> "APdf":
        self._pdf.add_page()
        for size, text in lines:
            self._pdf.set_font("Chinese", size=size)
            self._pdf.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")
        if foot:
            self._pdf.set_y(-25)
            self._pdf.set_font("Chinese", size=8)
            self._pdf.cell(0, 5, foot)
        return self

    def picture(self, content: bytes) -> "APdf":
        """A page with nothing else on it, like a scan."""
        self._pdf.add_page()
        self._pdf.image(io.BytesIO(content), w=100)
        return self

    def bookmark(self, name: str) -> "APdf":
        self._pdf.start_section(name)
        return self

    def locked(self, password: str) -> "APdf":
        self._pdf.set_encryption(owner_password="owner", user_password=password)
        return self

    def file(self) -> bytes:
        return bytes(self._pdf.output())


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same archive with some parts replaced or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for name in source.namelist():
            if name not in parts:
                changed.writestr(name, source.read(name))
        for name, part in parts.items():
            changed.writestr(name, part)
    return target.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
