"""What a passage states, one after the other: sentences, list items with what leads to them, rows of
tables, whole answers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from memory.knowledge import Passage
from storage.tables.knowledge import ChunkKind
from tools.citing import joined
from tools.reading.sentences import sentences

# A longer answer of a pair is cut into its sentences, too.
_LONGEST_WHOLE = 500
_MOST_ITEMS = 8
_ITEM = re.compile(r"^\s*(?:[-*+•·]|\d{1,2}[.)、])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s")
_RULE = re.compile(r"^\s*(?:---+|\*\*\*+|___+)\s*$")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_UNDER_HEADER = re.compile(r"^[\s|:-]+$")
_CELL = re.compile(r"(?<!\\)\|")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1|`([^`\n]+)`")
_HAN = re.compile(r"[㐀-鿿]")
_LEADS_TO_LIST = re.compile(r"[:：]\s*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """`passage` and `position` say where it stands, both counted from 0; `whole`: an answer that is
    not to be taken apart; `apart`: it stands on lines of its own."""

    passage: int
    position: int
    text: str
    whole: bool = False
    apart: bool = False


def statements(passages: Sequence[Passage]) -> list[Statement]:
    """In reading order."""
    found = []
    for place, passage in enumerate(passages):
        heading = passage.heading.rpartition(" > ")[2]
        parts = [*_stated(passage.text, heading)]
        if passage.kind is ChunkKind.faq and len(passage.text) <= _LONGEST_WHOLE:
            found.append(_whole(place, parts))
            continue
        found += [
            Statement(place, position, text, apart=apart)
            for position, (text, apart) in enumerate(parts)
        ]
    return found


def _whole(place: int, parts: Sequence[tuple[str, bool]]) -> Statement:
    texts, apart = [text for text, _ in parts], any(apart for _, apart in parts)
    text = "\n".join(texts) if apart else joined(texts)
    return Statement(place, 0, text, whole=True, apart=apart)


def plain(text: str) -> str:
    """Without the marks of emphasis and code."""
    return _EMPHASIS.sub(lambda match: match[2] or match[3], text).strip()


def _stated(text: str, heading: str) -> Iterator[tuple[str, bool]]:
    """Each statement, and whether it stands on lines of its own. A list that nothing leads to is
    led to by its heading."""
    lines = [line for line in text.splitlines() if line.strip() and not _noise(line)]
    lead = heading
    for form, group in groupby(lines, _form):
        if form == "row":
            yield from ((row, True) for row in _rows([*group]))
        elif form == "item":
            entries = [plain(_ITEM.sub("", line)) for line in group]
            if lead:
                shown = [f"· {entry}" for entry in entries[:_MOST_ITEMS]]
                yield "\n".join([_leading(lead), *shown]), True
                entries = entries[_MOST_ITEMS:]
            yield from ((part, False) for entry in entries for part in sentences(entry))
        else:
            found = [each for line in group for each in sentences(plain(line))]
            lead = found.pop() if _LEADS_TO_LIST.search(found[-1]) else ""
            yield from ((each, False) for each in found)
            continue
        lead = ""
    if lead and lead != heading:
        yield lead, False


def _leading(lead: str) -> str:
    if _LEADS_TO_LIST.search(lead):
        return lead
    return f"{lead}:" if lead[-1].isascii() else f"{lead}："


def _form(line: str) -> str:
    return "row" if _ROW.match(line) else "item" if _ITEM.match(line) else "line"


def _noise(line: str) -> bool:
    return bool(_HEADING.match(line) or _RULE.match(line))


def _rows(lines: Sequence[str]) -> Iterator[str]:
    """Each row as "name: value", with the heads of the columns when there are several values."""
    head: list[str] = []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if _UNDER_HEADER.match(line):
            continue
        if below and _UNDER_HEADER.match(below):
            head = _cells(line)
            continue
        yield _row(_cells(line), head)


def _row(cells: Sequence[str], head: Sequence[str]) -> str:
    name, *values = cells
    chinese = _HAN.search("".join([*cells, *head])) is not None
    colon, between = ("：", "；") if chinese else (": ", "; ")
    if len(values) == 1:
        return f"{name}{colon}{values[0]}" if name else values[0]
    said = [_named(head, at, value) for at, value in enumerate(values, 1) if value]
    return f"{_named(head, 0, name)}{colon if said else ''}{between.join(said)}"


def _named(head: Sequence[str], at: int, value: str) -> str:
    name = head[at] if at < len(head) else ""
    return f"{name} {value}".strip()


def _cells(line: str) -> list[str]:
    parts = _CELL.split(line.strip().strip("|"))
    return [plain(part.replace("\\|", "|")) for part in parts]
