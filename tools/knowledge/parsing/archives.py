"""Office files are archives of XML, looked through before anything opens them."""

import io
import re
import zipfile
from typing import Literal

from tools.knowledge.parsing.limits import MOST_PARTS, MOST_RATIO, MOST_UNPACKED, Refused

_SMALL = 10_000_000
_PART = 1_000_000
# The Open Packaging Conventions (ECMA-376 part 2, 8.1.4) forbid document types, and allow no
# other encodings.
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})", re.DOTALL)
_ENCODINGS = (b"utf-8", b"utf-16", b"us-ascii", b"ascii")


def kind_of_archive(content: bytes) -> Literal["word", "excel"]:
    """Raises Refused for other archives, for bombs, and for XML that reaches outside."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _weigh(members, len(content))
            kind = _kind({member.filename for member in members})
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _inspect(archive, member)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise Refused("broken") from error
    except RuntimeError as error:
        # What zipfile says of a part with a password.
        raise Refused("encrypted") from error
    return kind


def _weigh(members: list[zipfile.ZipInfo], packed: int) -> None:
    """zipfile reads no more of a part than its entry says, so the sizes there can be trusted."""
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise Refused("too_heavy")
    if unpacked > _SMALL and unpacked > packed * MOST_RATIO:
        raise Refused("too_heavy")


def _kind(names: set[str]) -> Literal["word", "excel"]:
    if "word/document.xml" in names:
        return "word"
    if "xl/workbook.xml" in names:
        return "excel"
    raise Refused("unknown_kind")


def _inspect(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as part:
        start = before = part.read(_PART)
        _inspect_start(start)
        while before:
            after = part.read(_PART)
            # UTF-16 is the same letters with zeros between.
            seam = (before + after[:64]).replace(b"\x00", b"")
            if any(mark in seam for mark in _FORBIDDEN):
                raise Refused("unsafe")
            before = after


def _inspect_start(start: bytes) -> None:
    plain = start[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    named = _ENCODING.match(plain)
    if plain and (not plain.startswith(b"<") or (named and named[1].lower() not in _ENCODINGS)):
        raise Refused("unsafe")
