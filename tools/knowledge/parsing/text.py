"""Markdown and plain text as blocks. Every plain line is a paragraph of its own."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from tools.knowledge.parsing import document, marks
from tools.knowledge.parsing.document import Block, BlockKind, Parsed
from tools.knowledge.parsing.language import language_of

# Neither databases nor people can use them; zero-width ones hide words from the search.
_NOISE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff\ud800-\udfff]")
_WORD = re.compile(r"\w")
_QUESTION_LINES, _HEADING_LETTERS, _DEEPEST = 4, 200, 5


def from_text(text: str) -> Parsed:
    """Never fails; a text without words has no blocks. The title is its first heading."""
    lines = _NOISE.sub("", text).replace("\u00a0", " ").splitlines()
    blocks = tuple(_with_lists_whole(_Reader([line.rstrip() for line in lines]).blocks()))
    headings = (block.text for block in blocks if block.kind is BlockKind.heading)
    return Parsed(
        title=next(headings, ""),
        language=language_of(f"{block.question} {block.text}" for block in blocks),
        blocks=blocks,
    )


class _Reader:
    """Goes over the lines once; `_at` is the next one."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._question_follows = _question_follows(lines)

    def blocks(self) -> Iterator[Block]:
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            if not _WORD.search(line):
                self._at += 1
                if marks.FENCE.match(line):
                    yield from self._code()
            elif marks.FENCE.match(line):
                self._at += 1
                yield from self._code()
            elif found := self._pair() or self._heading(line) or self._list() or self._table():
                yield found
            else:
                self._at += 1
                yield Block(kind=BlockKind.paragraph, text=_plain(line))

    def _line(self, at: int) -> str:
        return self._lines[at].strip() if 0 <= at < len(self._lines) else ""

    def _heading(self, line: str) -> Block | None:
        found = marks.HEADING.match(line)
        if found and len(found[2]) <= _HEADING_LETTERS and _WORD.search(found[2]):
            self._at += 1
            return document.heading(found[2], len(found[1]))
        under = self._line(self._at + 1)
        if (
            marks.UNDERLINE.match(under)
            and len(line) <= _HEADING_LETTERS
            and not self._line(self._at - 1)
            and not (marks.is_structure(line) or line.endswith("#"))
        ):
            self._at += 2
            return document.heading(line, 1 if under[0] == "=" else 2)
        return None

    def _code(self) -> Iterator[Block]:
        while self._at < len(self._lines) and not marks.FENCE.match(self._line(self._at)):
            if _WORD.search(self._line(self._at)):
                yield document.paragraph(self._line(self._at))
            self._at += 1
        self._at += 1

    def _list(self) -> Block | None:
        """The items, also with empty lines between them; deeper lines without a mark belong to
        the item above."""
        entries: list[tuple[int, str, str]] = []
        indents: list[int] = []
        at = self._at
        while at < len(self._lines):
            line = self._lines[at].expandtabs(4)
            item = None if marks.RULE.match(line.strip()) else marks.ITEM.match(line)
            if item:
                indents = [indent for indent in indents if indent < len(item[1])]
                indents.append(len(item[1]))
                entries.append((min(len(indents) - 1, _DEEPEST), item[2] or "", item[3]))
            elif line.startswith("  ") and entries and self._line(at - 1):
                depth, number, text = entries[-1]
                entries[-1] = (depth, number, f"{text} {line.strip()}")
            elif line.strip():
                break
            at += 1
        if not entries:
            return None
        self._at = at
        return document.items(entries)

    def _table(self) -> Block | None:
        first, second = self._line(self._at), self._line(self._at + 1)
        ruled = "|" in first and marks.TABLE_RULE.match(second) is not None
        if not ruled and not marks.ROW.match(first):
            return None
        rows = [_cells(first)]
        self._at += 2 if ruled else 1
        while "|" in self._line(self._at):
            rows.append(_cells(self._line(self._at)))
            self._at += 1
        return document.table(rows)

    def _pair(self) -> Block | None:
        """A question with its answer. The answer goes on over empty lines while another question
        follows before a heading or a rule; the last one ends with its paragraph."""
        opened = self._question()
        if opened is None:
            return None
        question, answer, at = opened
        lines = [answer]
        while at < len(self._lines) and not _ends_answer(self._line(at)):
            line = self._line(at)
            if not line and any(lines) and not self._question_follows[at]:
                break
            lines.append(_answer_line(self._lines[at]))
            at += 1
        text = "\n".join(line for line in lines if _WORD.search(line)).strip()
        if not text:
            return None
        self._at = at
        return Block(kind=BlockKind.faq, text=text, question=question)

    def _question(self) -> tuple[str, str, int] | None:
        """The question, the first line of its answer, and the line after that."""
        found = marks.QUESTION.match(self._line(self._at))
        if found is None:
            return None
        first = found["said"]
        within = marks.ANSWER_WITHIN.search(first)
        if within:
            return _opened(first[: within.start()], first[within.end() :], self._at + 1)
        said = [first]
        at = self._at + 1
        while at < len(self._lines) and sum(map(bool, said)) <= _QUESTION_LINES:
            line = self._line(at)
            answer = marks.ANSWER.match(line)
            if answer:
                return _opened(" ".join(said), answer["said"], at + 1)
            if marks.is_structure(line) or marks.QUESTION.match(line):
                return None
            said.append(line)
            at += 1
        return None


def _opened(question: str, answer: str, after: int) -> tuple[str, str, int] | None:
    words = " ".join(question.split())
    if not _WORD.search(words) or marks.ANSWER_WITHIN.search(words):
        return None
    return words, answer.strip(), after


def _with_lists_whole(blocks: Iterable[Block]) -> Iterator[Block]:
    """Lists without words between them are one."""
    for kind, run in groupby(blocks, key=lambda block: block.kind):
        if kind is BlockKind.list:
            yield Block(kind=kind, text="\n".join(block.text for block in run))
        else:
            yield from run


def _question_follows(lines: list[str]) -> list[bool]:
    """For each line, whether a question comes before the next heading or rule."""
    follows = False
    answers = []
    for line in map(str.strip, reversed(lines)):
        if marks.QUESTION.match(line):
            follows = True
        elif marks.HEADING.match(line) or marks.RULE.match(line):
            follows = False
        answers.append(follows)
    return answers[::-1]


def _ends_answer(line: str) -> bool:
    return bool(marks.QUESTION.match(line) or marks.HEADING.match(line) or marks.RULE.match(line))


def _answer_line(line: str) -> str:
    if marks.FENCE.match(line.strip()):
        return ""
    return line if marks.ITEM.match(line) else _unescaped(line.strip())


def _plain(line: str) -> str:
    """A paragraph without the marks of a quotation."""
    if line.startswith("\\"):
        return _unescaped(line)
    return " ".join(line.lstrip("> ").split())


def _unescaped(line: str) -> str:
    rest = line.removeprefix("\\")
    return rest if marks.is_structure(rest) or marks.is_pair(rest) else line


def _cells(line: str) -> list[str]:
    inner = line.removeprefix("|").removesuffix("|").replace("\\|", "¦")
    return [cell.strip() for cell in inner.split("|")]
