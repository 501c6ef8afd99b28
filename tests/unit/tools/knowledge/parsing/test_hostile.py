"""Files made to harm: each ends in an error that says what to do, and none reaches outside."""

import asyncio
import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest
from docx import Document
from PIL import Image

from config.i18n import Language, say
from tests.builders.files import APdf, a_word_document, a_workbook, as_file, part_of, with_parts
from tools.knowledge.parsing import parse as parsing
from tools.knowledge.parsing.errors import Unreadable
from tools.knowledge.parsing.limits import MOST_BYTES, Refused
from tools.knowledge.parsing.parse import parse
from tools.knowledge.parsing.reading import read
from tools.knowledge.parsing.word import read_word

DOCUMENT = "word/document.xml"


def a_docx(text: str = "Seven days.") -> bytes:
    document = a_word_document()
    document.add_paragraph(text)
    return as_file(document)


def an_xlsx() -> bytes:
    return a_workbook({"A": [["Size", "cm"], [36, 23]]})


def with_document_type(content: bytes, name: str, declared: str, said: str) -> bytes:
    xml = part_of(content, name).decode()
    head, _, rest = xml.partition("?>")
    changed = f"{head}?>{declared}{rest}".replace("Seven days.", said)
    return with_parts(content, {name: changed.encode()})


def refused(content: bytes, name: str = "a.txt") -> str:
    with pytest.raises(Refused) as caught:
        read(content, "", name)
    return str(caught.value)


def a_bomb(name: str, letters: int) -> bytes:
    return with_parts(a_docx(), {name: b" " * letters})


def a_pdf_of(*objects: bytes) -> bytes:
    """Without a table of what is where, which readers make up for themselves."""
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF"


@pytest.mark.parametrize("name", [DOCUMENT, "word/media/picture.png"])
def test_an_archive_that_unpacks_to_a_hundred_times_more_is_not_opened(name: str) -> None:
    assert refused(a_bomb(name, 60_000_000)) == "too_heavy"


def test_an_archive_of_very_many_parts_is_not_opened() -> None:
    assert refused(with_parts(a_docx(), {f"x/{n}.png": b"" for n in range(5_001)})) == "too_heavy"


def test_an_archive_that_lies_about_its_sizes_is_broken() -> None:
    bomb = a_bomb("word/styles.xml", 30_000_000)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.getinfo("word/styles.xml").file_size
    assert refused(bomb.replace(size.to_bytes(4, "little"), (900).to_bytes(4, "little"))) in (
        "broken", "unsafe",
    )  # fmt: skip


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text("THE-SECRET")
    return path


def test_a_word_file_cannot_read_another_file(secret: Path) -> None:
    declared = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
    content = with_document_type(a_docx(), DOCUMENT, declared, "said: &x;")
    assert refused(content, "a.docx") == "unsafe"
    # And not either when it would get past the look before.
    assert "THE-SECRET" not in read_word(content)[1]


@pytest.mark.parametrize(
    "name", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]
)
def test_a_workbook_cannot_read_another_file(name: str, secret: Path) -> None:
    declared = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
    xml = part_of(an_xlsx(), name).decode().replace("Size", "&x;")
    head, _, rest = xml.partition("?>")
    content = with_parts(an_xlsx(), {name: f"{head}?>{declared}{rest}".encode()})
    assert refused(content, "a.xlsx") == "unsafe"


def test_a_billion_laughs_are_not_told() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]>'
    assert refused(with_document_type(a_docx(), DOCUMENT, declared, "&l9;")) == "unsafe"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_document_type_in_another_encoding_is_seen_too(encoding: str) -> None:
    xml = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x "y">]><d/>'.encode(encoding)
    assert refused(with_parts(a_docx(), {DOCUMENT: xml})) == "unsafe"


def test_xml_in_an_encoding_that_no_office_writes_is_not_opened() -> None:
    xml = b'<?xml version="1.0" encoding="utf-7"?>+ADw-d/+AD4-'
    assert refused(with_parts(a_docx(), {DOCUMENT: xml})) == "unsafe"


async def test_elements_in_elements_without_end_are_broken() -> None:
    deep = b"<w:p>" * 100_000
    xml = part_of(a_docx(), DOCUMENT).replace(b"<w:body>", b"<w:body>" + deep)
    with pytest.raises(Unreadable) as caught:
        await parse(with_parts(a_docx(), {DOCUMENT: xml}), "", "a.docx")
    assert caught.value.why == "broken"


async def test_a_page_of_very_many_elements_in_each_other_ends() -> None:
    page = b"<html><body>" + b"<div>" * 100_000 + b"Seven days."
    (block,) = (await parse(page, "text/html", "a.html")).blocks
    assert block.text == "Seven days."


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsx"])
def test_a_text_under_the_name_of_another_kind_is_broken(name: str) -> None:
    assert refused("登录后查看".encode(), name) == "broken"


def test_the_content_decides_and_not_the_name() -> None:
    assert read(a_docx(), "text/plain", "a.txt").blocks[0].text == "Seven days."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04 and no more", "broken"),
        (zlib.compress(b"x" * 999), "unknown_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"{\\rtf1 Seven days}", "unknown_kind"),
        (b"  \n\n ", "empty"),
        (b"---\n***\n", "empty"),
        ("字".encode() * 2_000_001, "too_long"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, why: str) -> None:
    assert refused(content) == why


def test_other_archives_are_of_no_known_kind() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ppt/presentation.xml", "<p/>")
    assert refused(archive.getvalue(), "a.pptx") == "unknown_kind"


def test_empty_office_files_are_empty() -> None:
    assert refused(as_file(Document())) == "empty"
    assert refused(a_workbook({"A": []})) == "empty"


def test_a_pdf_with_a_password_is_encrypted() -> None:
    assert refused(APdf().page((11, "渠道")).locked("1234").file()) == "encrypted"


def test_a_pdf_that_only_its_owner_may_change_can_be_read() -> None:
    assert read(APdf().page((11, "渠道")).locked("").file(), "", "a.pdf").blocks[0].text == "渠道"


def test_a_scan_is_called_one() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(picture, "PNG")
    assert refused(APdf().picture(picture.getvalue()).file()) == "scanned"


def test_a_pdf_without_anything_is_empty() -> None:
    assert refused(APdf().page().file()) == "empty"


@pytest.mark.parametrize("kept", [20, 200, 1_000])
async def test_a_pdf_cut_off_is_broken(kept: int) -> None:
    with pytest.raises(Unreadable) as caught:
        await parse(APdf().page((11, "渠道")).file()[:kept], "", "a.pdf")
    assert caught.value.why in ("broken", "empty")


async def test_pages_that_lead_back_to_themselves_end() -> None:
    content = a_pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000 >>",
    )
    with pytest.raises(Unreadable) as caught:
        await parse(content, "", "a.pdf")
    assert caught.value.why in ("broken", "too_heavy", "empty", "too_long")


def test_a_pdf_whose_page_unpacks_to_gigabytes_is_too_heavy() -> None:
    packed = zlib.compress(zlib.compress(b" " * 100_000_000, 9), 9)
    content = a_pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R\n"
        b"/Resources << /Font << >> >> >>",
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream"
        % (len(packed), packed),
    )
    assert refused(content) == "too_heavy"


async def test_a_file_over_the_limit_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_run_worker", None)
    with pytest.raises(Unreadable) as caught:
        await parse(b"x" * (MOST_BYTES + 1), "text/plain", "a.txt")
    assert caught.value.why == "too_large"


async def test_a_worker_that_needs_too_long_is_ended() -> None:
    with pytest.raises(Unreadable) as caught:
        await parse(a_docx(), "", "a.docx", seconds=0.001)
    assert caught.value.why == "too_heavy"


async def test_nothing_runs_on_after_a_cancelled_reading() -> None:
    reading = asyncio.create_task(parse(a_docx(), "", "a.docx"))
    while not (started := workers()):
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert started & workers() == set()


def workers() -> set[int]:
    """Process ids of our own workers."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if (
                int(parent) == os.getpid()
                and b"knowledge.parsing.worker" in (folder / "cmdline").read_bytes()
            ):
                found.add(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.parametrize("language", Language)
def test_every_reason_is_said_with_what_to_do(language: Language) -> None:
    for why in (
        "empty", "unknown_kind", "broken", "encrypted", "old_office", "scanned", "garbled",
        "too_large", "too_heavy", "too_long", "unsafe",
    ):  # fmt: skip
        error = Unreadable(why, "退货.pdf")
        assert "退货.pdf" in say(language, error.key, **error.values)
