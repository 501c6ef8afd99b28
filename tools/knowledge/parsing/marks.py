"""The marks of the text in which documents are kept: Markdown, and "问：" and "答："."""

import re

# "问：…", "Q1. …", "**Question 2:** …", "### Q: …"
_MARK = r"(?P<bold>\*\*)?(?:{})\s?\d{{0,3}}\s?[:：.、](?(bold)(?:\s?\*\*)?)\s*(?P<said>.*)"
QUESTION = re.compile(
    r"(?:#{1,6}\s+)?" + _MARK.format("问题|問題|提问|提問|问|問|question|q"), re.IGNORECASE
)
ANSWER = re.compile(r"(?:#{1,6}\s+)?" + _MARK.format("回答|答案|答|answer|a"), re.IGNORECASE)
# Both in one line: "问：能退吗？答：能。"
ANSWER_WITHIN = re.compile(r"(?<=[?？。.!！\s])(?:答案?[:：]|(?:A|Answer)[:：])\s*(?=\S)")
HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)*$")
RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,}|={3,}|(?:- ){2,}-|(?:\* ){2,}\*)$")
UNDERLINE = re.compile(r"(?:={3,}|-{3,})$")
ITEM = re.compile(r"(\s*)(?:[-*+•·●▪◦]\s+|(\d{1,3})(?:[.)]\s+|[、）]\s*|\.(?=[^\d\s.])))(\S.*)")
TABLE_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
FENCE = re.compile(r"`{3}|~{3}")
# Begins and ends with a bar.
ROW = re.compile(r"\|.*\|$")


def is_structure(line: str) -> bool:
    """Whether a line of plain text would be taken for something else."""
    return bool(
        line[:1] in ("\\", ">", "|")
        or HEADING.match(line) or RULE.match(line) or ITEM.match(line) or FENCE.match(line)
    )  # fmt: skip


def is_pair(line: str) -> bool:
    return bool(QUESTION.match(line) or ANSWER.match(line))
