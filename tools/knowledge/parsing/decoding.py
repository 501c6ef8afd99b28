"""The encoding of a text: what it says itself, else what fits."""

import codecs
import re

from tools.knowledge.parsing.limits import Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_NAMED_WITHIN, _SAMPLE = 2_048, 4_096
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# What texts are written in; a page may name any codec of Python's otherwise, some of them no encoding.
_ENCODINGS = re.compile(
    r"utf-?(?:8|16(?:[lb]e)?)|gb2312|gbk|gb18030|big5(?:-?hkscs)?|shift_?jis|euc-(?:jp|kr)"
    r"|us-ascii|ascii|iso-8859-\d+|windows-\d+|koi8-r"
)


def as_characters(content: bytes, media_type: str) -> str:
    """Raises Refused when it is no text."""
    for encoding in _candidates(content, media_type):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_CONTROLS.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 100:
            break
        return text
    raise Refused("unknown_kind")


def _candidates(content: bytes, media_type: str) -> list[str]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return [encoding]
    if content[1:_SAMPLE:2].count(0) > len(content[:_SAMPLE]) // 4:
        return ["utf-16-le"]
    if content[:_SAMPLE:2].count(0) > len(content[:_SAMPLE]) // 4:
        return ["utf-16-be"]
    found = _NAMED.search(media_type.encode()) or _NAMED.search(content[:_NAMED_WITHIN])
    name = found[1].decode("ascii", "replace").lower() if found else ""
    # What says "gb2312" is often written in its larger successors.
    name = "gb18030" if name in ("gb2312", "gbk") else name
    return [*([name] if _ENCODINGS.fullmatch(name) else []), "utf-8", "gb18030"]
