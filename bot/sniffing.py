"""What a content is, by its first bytes: names and announced types may say anything."""

import io
import zipfile

# What runs when somebody opens it.
EXECUTABLE = "application/x-executable"
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
# A whole page: something to read, as long as nobody opens it as one.
PAGE = "text/html"

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"#!SILK", "audio/silk"),
    (b"\x02#!SILK", "audio/silk"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x7fELF", EXECUTABLE),
    (b"\xfe\xed\xfa\xce", EXECUTABLE),
    (b"\xfe\xed\xfa\xcf", EXECUTABLE),
    (b"\xce\xfa\xed\xfe", EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),
    (b"dex\n", EXECUTABLE),
    # A Windows shortcut.
    (b"L\x00\x00\x00\x01\x14\x02\x00", EXECUTABLE),
    (b"#!", EXECUTABLE),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime"}
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"avif")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_PACKED = (
    ("word/", f"{_OFFICE}.wordprocessingml.document"),
    ("xl/", f"{_OFFICE}.spreadsheetml.sheet"),
    ("ppt/", f"{_OFFICE}.presentationml.presentation"),
)
# Macros, Java and Android programs.
_PROGRAMS = ("vbaproject.bin", "classes.dex", "meta-inf/manifest.mf")
_PAGES = (b"<!doctype html", b"<html")
_MARKUP = (b"<script", b"<svg")
_LOOKED_AT = 4_096


def sniff(content: bytes) -> str:
    """A media type; EXECUTABLE for programs, scripts, macros and drawings, TEXT, PAGE or UNKNOWN."""
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], UNKNOWN)
    if content[4:8] == b"ftyp":
        return _film(content[8:12])
    # Two letters are not enough: a table may begin with them.
    if content.startswith(b"MZ") and b"\x00" in content[:64]:
        return EXECUTABLE
    if content.startswith(b"BM") and int.from_bytes(content[2:6], "little") == len(content):
        return "image/bmp"
    known = (kind for start, kind in _STARTS if content.startswith(start))
    return next(known, None) or _plain(content[:_LOOKED_AT])


def _film(brand: bytes) -> str:
    if brand in _PICTURE_BRANDS:
        return "image/heic"
    return _BRANDS.get(brand, "video/mp4")


def _plain(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return TEXT
    if b"\x00" in start:
        return UNKNOWN
    lower = start.lower()
    if any(mark in lower for mark in _PAGES):
        return PAGE
    return EXECUTABLE if any(mark in lower for mark in _MARKUP) else TEXT


def _packed(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return UNKNOWN
    if any(name.endswith(_PROGRAMS) for name in names):
        return EXECUTABLE
    found = (kind for folder, kind in _PACKED if any(n.startswith(folder) for n in names))
    return next(found, "application/zip")
