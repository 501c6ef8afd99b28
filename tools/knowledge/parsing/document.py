"""What is left of a document of any kind: headings, paragraphs, lists, tables, questions with
answers, in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.i18n import Language
from tools.knowledge.parsing import marks

_MOST_COLUMNS = 60
_RULE = "---"


class BlockKind(StrEnum):
    heading = "heading"
    paragraph = "paragraph"
    list = "list"
    table = "table"
    faq = "faq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`text` of a heading or a paragraph is one line; of a list, a line per item ("- one",
    "1. one", two spaces more for each deeper level); of a table, the lines of a Markdown table,
    its header first; of a question (`faq`), its answer, without empty lines. `level` of a heading
    counts from 1 to 6."""

    kind: BlockKind
    text: str
    level: int = 0
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """`title` may be empty; `language` is None when the text does not show one."""

    title: str
    language: Language | None
    blocks: tuple[Block, ...]


def paragraph(text: str) -> Block:
    return Block(kind=BlockKind.paragraph, text=" ".join(text.split()))


def heading(text: str, level: int) -> Block:
    return Block(kind=BlockKind.heading, text=" ".join(text.split()), level=min(max(level, 1), 6))


def items(entries: Sequence[tuple[int, str, str]]) -> Block:
    """A list of (depth, number or "", text)."""
    lines = [
        f"{'  ' * depth}{f'{number}.' if number else '-'} {' '.join(text.split())}"
        for depth, number, text in entries
    ]
    return Block(kind=BlockKind.list, text="\n".join(lines))


def table(rows: Sequence[Sequence[str]]) -> Block:
    """The first row is the header. All rows get the same width; what stands further right than
    60 columns joins the last one."""
    cut = [
        [*row[: _MOST_COLUMNS - 1], " ".join(row[_MOST_COLUMNS - 1 :])]
        if len(row) > _MOST_COLUMNS
        else row
        for row in rows
    ]
    width = max(len(row) for row in cut)
    lines = [_row([*row, *[""] * (width - len(row))]) for row in cut]
    return Block(
        kind=BlockKind.table, text="\n".join([lines[0], _row(["---"] * width), *lines[1:]])
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '¦') for cell in cells)} |"


def as_text(parsed: Parsed) -> str:
    """Markdown; `from_text` makes the same blocks of it."""
    chinese = parsed.language in (Language.zh_cn, Language.zh_tw)
    return "\n\n".join(_parts(parsed.blocks, *(("问：", "答：") if chinese else ("Q: ", "A: "))))


def as_found(blocks: Sequence[Block]) -> str:
    """For `from_text`, which finds the questions and answers among the paragraphs."""
    return "\n\n".join(_parts(blocks, "Q: ", "A: ", paired=False))


def _parts(
    blocks: Sequence[Block], question: str, answer: str, *, paired: bool = True
) -> Iterator[str]:
    before: BlockKind | None = None
    for block in blocks:
        if before is BlockKind.faq and block.kind not in (BlockKind.faq, BlockKind.heading):
            # Otherwise this could be read as the rest of the answer.
            yield _RULE
        before = block.kind
        match block.kind:
            case BlockKind.heading:
                yield f"{'#' * block.level} {block.text}"
            case BlockKind.paragraph:
                marked = marks.is_structure(block.text) or (paired and marks.is_pair(block.text))
                yield f"\\{block.text}" if marked else block.text
            case BlockKind.faq:
                first, *more = block.text.split("\n")
                lines = [f"{question}{block.question}", f"{answer}{first}", *map(_line, more)]
                yield "\n".join(lines)
            case _:
                yield block.text


def _line(line: str) -> str:
    """A line of an answer, so that it does not end it."""
    ends = (marks.HEADING, marks.RULE, marks.QUESTION, marks.FENCE)
    return f"\\{line}" if line[:1] == "\\" or any(mark.match(line) for mark in ends) else line
