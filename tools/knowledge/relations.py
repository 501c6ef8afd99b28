"""Products, services and their relations, read from a document by rules: tables with what their
rows are called, and sentences that say what a thing contains, suits, supports or excludes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

from storage.tables.relation import RelationKind
from tools.knowledge.parsing.document import Block, BlockKind, Parsed

_LONGEST = 40
_VERBS = {
    RelationKind.excludes: "不包含|不包括|不支持|不适用于|不适合|不参加|does not support|do not support"
    "|does not include|do not include|does not cover|do not cover",
    RelationKind.contains: "包含|包括|附带|includes?|contains?|comes with",
    RelationKind.suits: "适用于|适合|is suitable for|are suitable for|is made for|are made for",
    RelationKind.supports: "只支持|支持|supports?",
}
_STATEMENTS = [
    (
        kind,
        re.compile(
            rf"(?P<subject>[^，,。；;：:？?！!、\s][^，,。；;：:？?！!]{{0,{_LONGEST}}}?)\s*(?:{verbs})\s*"
            rf"(?P<object>[^。；;：:？?！!\n]{{2,80}})",
            re.IGNORECASE,
        ),
    )
    for kind, verbs in _VERBS.items()
]
# The column of a table tells what its cells are.
_COLUMNS = {
    RelationKind.costs: re.compile(r"价格|价钱|售价|费用|学费|price|fee|cost", re.IGNORECASE),
    RelationKind.suits: re.compile(r"适合|适用|\bfor\b|\bsuits\b", re.IGNORECASE),
    RelationKind.contains: re.compile(r"包含|包括|内容|includes?|contents?", re.IGNORECASE),
}
_MEASURES = re.compile(r"尺码|身高|情况|等级|size|height|case", re.IGNORECASE)
_END = re.compile(r"[。；;！!？?]|\.(?:\s|$)|\n")
_AND = re.compile(r"、|,|，|\s*(?:和|以及|或者?|与)\s*|\s+(?:and|or)\s+")
_LEADING = re.compile(
    r"^(?:我们的?|每个?|所有的?|这款|该|本|一[支个台份套本节张]|(?:the|our|all|every|each|an?)\s)\s*",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:都|也|均|还|只|仅|目前|暂时|可以|不|\s)+$")
_CELL = re.compile(r"(?<!\\)\|")
_WORDLESS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True, order=True)
class Statement:
    """That `subject` is `kind` to `object`, in the document's own words."""

    subject: str
    kind: RelationKind
    object: str


def statements(parsed: Parsed) -> list[Statement]:
    """Without doubles, in the order of reading."""
    return list(dict.fromkeys(_all(parsed)))


def key_of(name: str) -> str:
    """A name as it is compared: 点读笔 and “点读笔 ” are one, Pens and pens too."""
    return " ".join(normalize("NFKC", name).casefold().split())


def _all(parsed: Parsed) -> Iterator[Statement]:
    section = parsed.title
    for block in parsed.blocks:
        if block.kind is BlockKind.heading:
            section = block.text
        elif block.kind is BlockKind.table:
            yield from _of_table(block, _name(section))
        else:
            yield from _of_text(block.text)


def _of_table(block: Block, section: str) -> Iterator[Statement]:
    header, *rows = [_cells(line) for line in block.text.splitlines() if not _is_rule(line)]
    if not header or _MEASURES.search(header[0]):
        return
    for row in rows:
        subject = _name(row[0]) if row else ""
        if not subject or _WORDLESS.fullmatch(subject):
            continue
        if section and key_of(section) != key_of(subject):
            yield Statement(section, RelationKind.lists, subject)
        for title, cell in zip(header[1:], row[1:], strict=False):
            kind = next((kind for kind, said in _COLUMNS.items() if said.search(title)), None)
            if kind and (value := _name(cell)):
                yield Statement(subject, kind, value)


def _of_text(text: str) -> Iterator[Statement]:
    for sentence in _END.split(text):
        for kind, pattern in _STATEMENTS:
            found = pattern.search(sentence)
            if found is None:
                continue
            subjects = _names(found["subject"])
            for subject in subjects:
                yield from (
                    Statement(subject, kind, each)
                    for each in _names(found["object"])
                    if key_of(each) != key_of(subject)
                )
            break


def _names(said: str) -> list[str]:
    """点读笔和学习机都 names two."""
    return [name for part in _AND.split(said) if (name := _name(part))]


def _name(said: str) -> str:
    """Cleared of what belongs to the sentence; empty when it is too long to be a name."""
    plain = _TRAILING.sub("", _LEADING.sub("", said.strip(" -*·•“”\"'（(")))
    plain = re.sub(r"^\d+[.)、]\s*", "", plain).strip(" ）)")
    fits = 1 < len(plain) <= _LONGEST and not plain.isdecimal()
    return plain if fits else ""


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(line.strip().strip("|"))]


def _is_rule(line: str) -> bool:
    return not set(line) - set("|-: ")
