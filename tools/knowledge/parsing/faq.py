"""Tables of questions with their answers."""

import re
from collections.abc import Iterator, Sequence

from tools.knowledge.parsing.document import Block, BlockKind, heading

_NOISE = re.compile(r"[\W_\d]+")
_COLUMNS = {
    "question": {
        "问题", "提问", "问", "常见问题", "标准问", "标准问题", "用户问题", "客户问题", "問題", "提問",
        "question", "questions", "q", "faq",
    },
    "answer": {
        "答案", "回答", "答", "回复", "答复", "标准答案", "解答", "回覆", "答覆",
        "answer", "answers", "a", "reply", "response",
    },
    "category": {"分类", "类别", "类目", "分類", "類別", "category", "topic", "section"},
}  # fmt: skip


def pairs(rows: Sequence[Sequence[str]]) -> list[Block] | None:
    """Rows below a header with a question and an answer; None for other tables. A category
    becomes a heading, other columns follow the answer."""
    columns = _columns(rows[0])
    if "question" not in columns or "answer" not in columns:
        return None
    return list(_pairs(rows, columns))


def as_pairs(block: Block) -> list[Block]:
    """A Markdown table of questions as pairs; every other block as it is."""
    if block.kind is not BlockKind.table:
        return [block]
    first, _, *lines = block.text.split("\n")
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in (first, *lines)]
    return pairs(rows) or [block]


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        word = _NOISE.sub("", cell).casefold()
        for name, words in _COLUMNS.items():
            if word in words:
                found.setdefault(name, at)
    return found


def _pairs(rows: Sequence[Sequence[str]], columns: dict[str, int]) -> Iterator[Block]:
    header = rows[0]
    current = ""
    for row in rows[1:]:
        cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
        category = cells[columns["category"]] if "category" in columns else ""
        if category and category != current:
            current = category
            yield heading(category, 3)
        question, answer = cells[columns["question"]], cells[columns["answer"]]
        others = [
            f"{header[at]}: {cell}" if at < len(header) and header[at] else cell
            for at, cell in enumerate(cells) if cell and at not in columns.values()
        ]  # fmt: skip
        if question and answer:
            yield pair(question, "\n".join([answer, *others]))
        elif question or answer or others:
            text = " ".join([question, answer, *others])
            yield Block(kind=BlockKind.paragraph, text=" ".join(text.split()))


def pair(question: str, answer: str) -> Block:
    lines = (line.strip() for line in answer.splitlines())
    text = "\n".join(line for line in lines if line)
    return Block(kind=BlockKind.faq, text=text, question=" ".join(question.split()))
