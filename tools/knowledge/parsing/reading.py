"""What a content is, whatever its name says, and its text by the reader for it."""

import re
from dataclasses import replace

from tools.knowledge.parsing.archives import kind_of_archive
from tools.knowledge.parsing.decoding import as_characters
from tools.knowledge.parsing.document import Parsed, as_found, as_text
from tools.knowledge.parsing.faq import as_pairs
from tools.knowledge.parsing.limits import Refused, within
from tools.knowledge.parsing.text import from_text

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF_WITHIN = 1_024
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL
)
_OTHER_TEXT = ("{\\rtf", "%!PS")


def read(content: bytes, media_type: str, name: str) -> Parsed:
    """Raises Refused."""
    suffix = name.lower().rpartition(".")[2] if "." in name else ""
    title, text = _text(content, media_type.lower(), suffix)
    within(len(text))
    parsed = from_text(text)
    if not parsed.blocks:
        raise Refused("empty")
    blocks = tuple(each for block in parsed.blocks for each in as_pairs(block))
    if blocks != parsed.blocks:
        parsed = from_text(as_text(replace(parsed, blocks=blocks)))
    return replace(parsed, title=(title or parsed.title)[:200])


def _text(content: bytes, media_type: str, suffix: str) -> tuple[str, str]:
    """The title that the file itself gives, or "", and Markdown. Each reader is imported when it
    is needed: they are slow to load."""
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise Refused("encrypted" if encrypted else "old_office")
    if content.startswith(b"PK"):
        return _office(content)
    if b"%PDF-" in content[:_PDF_WITHIN]:
        from tools.knowledge.parsing.pdf import read_pdf

        return read_pdf(content)
    if suffix in ("pdf", "docx", "xlsx", "docm", "xlsm"):
        raise Refused("broken")
    text = as_characters(content, media_type)
    if text.startswith(_OTHER_TEXT):
        raise Refused("unknown_kind")
    return _plain(text, media_type, suffix)


def _office(content: bytes) -> tuple[str, str]:
    if kind_of_archive(content) == "word":
        from tools.knowledge.parsing.word import read_word

        return read_word(content)
    from tools.knowledge.parsing.sheets import read_workbook

    return "", as_found(read_workbook(content))


def _plain(text: str, media_type: str, suffix: str) -> tuple[str, str]:
    if "html" in media_type or suffix in ("html", "htm", "xhtml") or _PAGE.match(text):
        from tools.knowledge.parsing.web import read_web_page

        return read_web_page(text)
    if "csv" in media_type or suffix in ("csv", "tsv"):
        from tools.knowledge.parsing.sheets import read_csv

        return "", as_found(read_csv(text))
    from tools.knowledge.parsing.plain import read_plain

    return read_plain(text)
