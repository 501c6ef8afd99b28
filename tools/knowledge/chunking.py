"""A document in pieces that can answer a question each by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from storage.tables.knowledge import ChunkKind
from tools.knowledge.cutting import MOST, fitted, width
from tools.knowledge.parsing import marks
from tools.knowledge.parsing.document import Block, BlockKind, Parsed

_HEADING_LETTERS = 500
# The longest sentence that is said again above every part of its list or table.
_INTRODUCTION = 300
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", ";", "；")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`heading` is the way of headings ("Returns > Shoes"); `question` is that of a pair, whose
    answer is `text`."""

    kind: ChunkKind
    heading: str
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    blocks: list[Block]


def pieces(parsed: Parsed) -> list[Piece]:
    """In the order of the document, each of at most 700 Chinese or 1,400 other characters; a
    long section is cut into about equal ones. The same document gives the same pieces."""
    return [piece for section in _sections(parsed.blocks) for piece in _pieces(section)]


def _sections(blocks: Sequence[Block]) -> Iterator[_Section]:
    path: list[Block] = []
    section = _Section("", [])
    end = Block(kind=BlockKind.heading, text="", level=1)
    for block, following in pairwise([*blocks, end]):
        if block.kind is not BlockKind.heading:
            section.blocks.append(block)
            continue
        path = [above for above in path if above.level < block.level]
        # A heading over nothing would be lost with its section.
        alone = following.kind is BlockKind.heading and following.level <= block.level
        if not alone:
            path.append(block)
        if not alone or _way(path) != section.heading:
            yield section
            section = _Section(_way(path), [])
        if alone:
            section.blocks.append(Block(kind=BlockKind.paragraph, text=block.text))
    yield section


def _way(path: Sequence[Block]) -> str:
    """Without the outermost headings when it gets too long for its column."""
    names = [heading.text for heading in path]
    while len(names) > 1 and len(" > ".join(names)) > _HEADING_LETTERS:
        names.pop(0)
    return " > ".join(names)[:_HEADING_LETTERS]


def _pieces(section: _Section) -> Iterator[Piece]:
    """Paragraphs and lists wait until their text is complete; a table or a question ends it."""
    waiting: list[str] = []
    for block in section.blocks:
        if block.kind is BlockKind.paragraph:
            waiting.append(block.text)
            continue
        lines = block.text.split("\n")
        if block.kind is BlockKind.list:
            waiting.extend(_under(_introduction(waiting), lines))
            continue
        above = _introduction(waiting) if block.kind is BlockKind.table else []
        yield from _texts(section, waiting)
        waiting = []
        if block.kind is BlockKind.faq:
            for text in fitted(lines):
                yield _piece(ChunkKind.faq, section, text, block.question)
        else:
            for text in _under([*above, *lines[:2]], lines[2:]):
                yield _piece(ChunkKind.table, section, text)
    yield from _texts(section, waiting)


def _texts(section: _Section, waiting: list[str]) -> Iterator[Piece]:
    for text in fitted(waiting):
        yield _piece(ChunkKind.text, section, text)


def _piece(kind: ChunkKind, section: _Section, text: str, question: str = "") -> Piece:
    return Piece(kind=kind, heading=section.heading, question=question, text=text)


def _introduction(waiting: list[str]) -> list[str]:
    """Takes away the line that belongs to the list or table below it: "Bring with you:"."""
    last = waiting[-1] if waiting else ""
    belongs = last and "\n" not in last and not marks.ITEM.match(last)
    if belongs and width(last) <= _INTRODUCTION and not last.endswith(_SENTENCE_ENDS):
        return [waiting.pop()]
    return []


def _under(top: list[str], lines: list[str]) -> list[str]:
    """The lines in texts that fit, each below the same top, if that leaves them room."""
    above = "".join(f"{line}\n" for line in top)
    if not lines or width(above) > MOST // 2:
        return fitted([*top, *lines])
    return [f"{above}{text}" for text in fitted(lines, MOST - width(above))]
