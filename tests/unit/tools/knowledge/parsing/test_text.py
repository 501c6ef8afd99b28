"""Markdown and plain text as blocks, and blocks as text again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.i18n import Language
from tools.knowledge.parsing.document import Block, BlockKind, as_text
from tools.knowledge.parsing.text import from_text

# Lines that mean something, to be mixed with any others.
PIECES = st.sampled_from(
    ["# Returns", "## 退货", "Title", "=====", "---", "- item", "  - deeper", "  goes on", "1. one",
     "2、二", "| a | b |", "|---|---|", "| 1 | 2 |", "a | b", "Q: how?", "A: so.", "问：能退吗？",
     "答：能。", "问：能退吗？答：能。", "### Q1: why", "**A:** because", "```", "> quoted", "\\# no",
     "\\", "", "   ", "text", "你好。", "* * *", "Q:", "A:", "| |", "#", "-", "\\Q: x", "C#", "# a #"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=14).map("\n".join)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in from_text(text).blocks]


def pairs(text: str) -> list[tuple[str, str]]:
    blocks = from_text(text).blocks
    return [(block.question, block.text) for block in blocks if block.kind is BlockKind.faq]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_what_is_written_down_reads_as_the_same_blocks(text: str) -> None:
    parsed = from_text(text)
    assert from_text(as_text(parsed)).blocks == parsed.blocks


def test_markdown_keeps_its_structure() -> None:
    text = "# Returns\n\nWithin 7 days:\n\n- shoes\n  in their box\n  - laces\n1. receipt\n\nDone."
    assert kinds(text) == [
        ("heading", "Returns"),
        ("paragraph", "Within 7 days:"),
        ("list", "- shoes in their box\n  - laces\n1. receipt"),
        ("paragraph", "Done."),
    ]


def test_a_line_drawn_under_a_title_makes_it_a_heading() -> None:
    assert [(block.text, block.level) for block in from_text("Title\n=====\n\nSub\n---\n").blocks] == [
        ("Title", 1), ("Sub", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "| 尺码 | 厘米 |\n|---|---|\n| 36 | 23 |",
        "尺码 | 厘米\n--- | ---\n36 | 23",
        "|尺码|厘米|\n|36|23|",
    ],
)
def test_tables_of_all_ways_to_write_them_are_equal(text: str) -> None:
    assert kinds(text) == [("table", "| 尺码 | 厘米 |\n| --- | --- |\n| 36 | 23 |")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("问：多久退款？\n答：三天。", [("多久退款？", "三天。")]),
        ("问：能退吗？答：能。", [("能退吗？", "能。")]),
        ("Q1. How?\nA1. So.", [("How?", "So.")]),
        ("**Question 2:** How long\nexactly?\n\n**Answer:** A day.", [("How long exactly?", "A day.")]),
        ("### Q: How?\n\nA: So.", [("How?", "So.")]),
        ("Q: a?\nA: one\n\ntwo\n\nQ: b?\nA: three\n\nnot this", [("a?", "one\ntwo"), ("b?", "three")]),
        ("Q: a?\nA: bring:\n- x\n- y", [("a?", "bring:\n- x\n- y")]),
        ("Q: nobody answered\n\nText.", []),
        ("Q: a?\n\n# Next\n\nA: of something else", []),
        ("Question time is at four.", []),
    ],
)  # fmt: skip
def test_questions_find_their_answers(text: str, found: list[tuple[str, str]]) -> None:
    assert pairs(text) == found


def test_a_text_after_the_last_answer_does_not_join_it_when_read_again() -> None:
    text = as_text(from_text("Q: a?\nA: one\n\nMore text.\n\nQ: b?\nA: two"))
    assert pairs(text) == [("a?", "one\nMore text."), ("b?", "two")]
    text = as_text(from_text("Q: a?\nA: one\n---\nMore text.\n\nQ: b?\nA: two"))
    assert pairs(text) == [("a?", "one"), ("b?", "two")]


def test_signs_that_hide_words_are_taken_out() -> None:
    assert kinds("re\u200bturns\x00 in\u00ad side") == [("paragraph", "returns in side")]


def test_a_text_without_words_has_no_blocks() -> None:
    assert kinds("\n---\n***\n· · ·\n") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("七天无理由退货", Language.zh_cn),
        ("七天無理由退貨，請保留發票", Language.zh_tw),
        ("Our shop in 上海 takes everything back within seven days.", Language.en),
        ("iPhone 15 Pro 保修一年，只换不修", Language.zh_cn),
        ("# 12\n\n34", None),
    ],
)
def test_the_language_is_that_of_most_of_the_text(text: str, language: Language | None) -> None:
    assert from_text(text).language is language


def test_long_lines_of_marks_are_read_in_no_time() -> None:
    for mark in ("|", "#", "- ", "> ", "\\", "Q: ", "**", "= ", "1."):
        assert isinstance(from_text(mark * 50_000).blocks, tuple)
    many = from_text("\n".join(["Q: a?"] * 20_000))
    assert {block.kind for block in many.blocks} == {BlockKind.paragraph}


def test_a_row_of_a_thousand_cells_does_not_widen_every_other() -> None:
    (table,) = from_text("|a|b|\n" * 100 + "|" + "x|" * 1_000).blocks
    assert isinstance(table, Block)
    assert len(table.text) < 30_000
    assert table.text.count("x") == 1_000
