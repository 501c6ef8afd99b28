"""Files are taken by what they are, and within the limits of their kind."""

import io
import zipfile

import pytest

from bot.media import admitted, checked, kind_of
from bot.messages import File, RemoteFile
from bot.sniffing import EXECUTABLE, PAGE, TEXT, UNKNOWN, sniff
from config.media import MediaSettings
from storage.inbox import REFUSED, TOO_LARGE
from storage.media import name_to_send


def packed(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF....WEBPVP8", "image/webp"),
        (b"RIFF....WAVEfmt", "audio/wav"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"BM\x08\x00\x00\x00..", "image/bmp"),
        (b"BMW,3\nAudi,4\n", TEXT),
        (b"MZ,3\nother,4\n", TEXT),
        (b"%PDF-1.7", "application/pdf"),
        (b"OggS\x00", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"\x02#!SILK_V3", "audio/silk"),
        (b"ID3\x04", "audio/mpeg"),
        (packed("word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (packed("a.txt"), "application/zip"),
        (b"PK\x03\x04 torn", UNKNOWN),
        ("姓名,手机".encode("gb18030"), TEXT),
        ("姓名".encode("utf-16"), TEXT),
        (b"a\x00b", UNKNOWN),
        (b"MZ\x90\x00\x03", EXECUTABLE),
        (b"\x7fELF", EXECUTABLE),
        (b"#!/bin/sh\n", EXECUTABLE),
        (b"<!DOCTYPE html><p>", PAGE),
        (b"<p>hi<script>x()</script>", EXECUTABLE),
        (b"<?xml version='1.0'?><svg onload=''>", EXECUTABLE),
        (packed("xl/workbook.xml", "xl/vbaProject.bin"), EXECUTABLE),
        (packed("META-INF/MANIFEST.MF"), EXECUTABLE),
    ],
)  # fmt: skip
def test_a_content_is_what_its_first_bytes_say(content: bytes, found: str) -> None:
    assert sniff(content) == found


LIMITS = MediaSettings(document_bytes=4, picture_bytes=8, voice_bytes=6, video_bytes=30)
JPEG, OGG = b"\xff\xd8\xff\xe01234", b"OggS12"


@pytest.mark.parametrize(
    ("name", "announced", "content", "kept"),
    [
        ("a.csv", "text/csv", b"1234", (b"1234", "text/csv")),
        ("a.csv", "text/csv", b"12345", (b"", TOO_LARGE)),
        ("a.jpg", "image/jpeg", JPEG, (JPEG, "image/jpeg")),
        ("a.jpg", "image/jpeg", JPEG + b"5", (b"", TOO_LARGE)),
        ("a.csv", "text/csv", JPEG, (JPEG, "image/jpeg")),
        ("a.ogg", "audio/ogg", OGG, (OGG, "audio/ogg")),
        ("a.ogg", "audio/ogg", OGG + b"7", (b"", TOO_LARGE)),
        ("a.jpg", "image/jpeg", b"text!", (b"", TOO_LARGE)),
        ("a.bin", "application/x-own", b"\x00\x01", (b"\x00\x01", "application/x-own")),
        ("a.jpg", "image/jpeg", b"\x7fELF", (b"", REFUSED)),
        ("a.bat", "text/plain", b"del", (b"", REFUSED)),
    ],
)
def test_a_content_is_kept_within_the_limit_of_its_kind(
    name: str, announced: str, content: bytes, kept: tuple[bytes, str]
) -> None:
    file = RemoteFile(name=name, media_type=announced, remote="1")
    assert checked(file, content, LIMITS) == kept


HTML = b"<html>1</html>"


@pytest.mark.parametrize(
    ("name", "announced", "content", "kept"),
    [
        ("returns.html", "text/html", HTML, (HTML, TEXT)),
        ("RETURNS.HTM", "application/octet-stream", HTML, (HTML, TEXT)),
        ("part.html", "text/html", b"<p>1</p>", (b"<p>1</p>", TEXT)),
        ("returns.pdf", "application/pdf", HTML, (b"", REFUSED)),
        ("returns.txt", "text/plain", HTML, (b"", REFUSED)),
        ("returns", "text/html", HTML, (b"", REFUSED)),
        ("returns.html", "text/html", JPEG, (b"", REFUSED)),
        ("returns.html", "text/html", b"\x7fELF", (b"", REFUSED)),
        ("returns.html.exe", "text/html", HTML, (b"", REFUSED)),
    ],
)
def test_a_page_is_kept_as_text_and_only_under_its_own_name(
    name: str, announced: str, content: bytes, kept: tuple[bytes, str]
) -> None:
    file = RemoteFile(name=name, media_type=announced, remote="1")
    assert checked(file, content, MediaSettings()) == kept


def test_a_page_is_sent_on_under_a_name_that_opens_as_text() -> None:
    assert name_to_send("a.HTML") == "a.HTML.txt"
    assert name_to_send("a.pdf") == "a.pdf"


def test_a_kind_that_is_not_taken_is_not_even_fetched() -> None:
    files: list[File | RemoteFile] = [
        RemoteFile(name="a.mp4", media_type="video/mp4", remote="1"),
        RemoteFile(name="a.jpg", media_type="image/jpeg", remote="2", size=9),
        RemoteFile(name="a.exe", media_type="application/pdf", remote="3"),
        RemoteFile(name="b.jpg", media_type="image/jpeg", remote="4", size=8),
        File(name="c.ogg", media_type="text/plain", content=OGG),
    ]
    limits = MediaSettings(kinds=frozenset({"picture", "voice", "document"}), picture_bytes=8)
    kept = admitted(files, 9, limits)
    assert [(file.name, file.media_type) for file in kept] == [
        ("a.mp4", REFUSED), ("a.jpg", TOO_LARGE), ("a.exe", REFUSED), ("b.jpg", "image/jpeg"),
        ("c.ogg", "audio/ogg"),
    ]  # fmt: skip
    assert [file.remote for file in kept if isinstance(file, RemoteFile)] == ["4"]


def test_what_has_no_kind_of_its_own_is_a_document() -> None:
    assert [kind_of(each) for each in ("application/pdf", "text/csv", "", "model/gltf")] == [
        "document"
    ] * 4
