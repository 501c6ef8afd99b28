"""Pieces of documents: nothing is lost, everything has its heading, and nothing grows too large."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.tables.knowledge import ChunkKind
from tools.knowledge.chunking import Piece, pieces
from tools.knowledge.cutting import MOST, cut, width
from tools.knowledge.parsing.document import (
    Block,
    BlockKind,
    Parsed,
    heading,
    items,
    paragraph,
    table,
)
from tools.knowledge.parsing.text import from_text

SENTENCES = st.builds(
    lambda word, n, end: word * n + end,
    st.sampled_from(["退货", "shoes ", "七天，", "a-b ", "x"]), st.sampled_from([1, 5, 20, 300]),
    st.sampled_from(["。", ". ", "", "！", "? "]),
)  # fmt: skip
LINES = st.lists(SENTENCES, min_size=1, max_size=4).map("".join).filter(str.strip)
BLOCKS = st.lists(
    st.one_of(
        LINES.map(paragraph),
        st.builds(heading, st.sampled_from(["Returns", "鞋", "Sizes"]), st.integers(1, 4)),
        st.lists(LINES, min_size=1, max_size=9).map(lambda texts: items([(0, "", t) for t in texts])),
        st.lists(st.lists(LINES, min_size=2, max_size=3), min_size=1, max_size=6).map(table),
        LINES.map(lambda text: Block(kind=BlockKind.faq, text=text.strip(), question="能退吗？")),
    ),
    max_size=7,
)  # fmt: skip


def a_document(*blocks: Block) -> Parsed:
    return Parsed(title="", language=None, blocks=blocks)


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def cut_up(text: str) -> list[Piece]:
    return pieces(from_text(text))


@settings(max_examples=80, deadline=None)
@given(BLOCKS)
def test_pieces_lose_nothing_keep_the_order_and_stay_small(blocks: list[Block]) -> None:
    found = pieces(a_document(*blocks))
    assert [piece for piece in found if not 0 < width(piece.text) <= MOST] == []
    said = iter(letters("".join(f"{piece.heading}{piece.text}" for piece in found)))
    for block in blocks:
        if block.kind is not BlockKind.heading:
            missing = [letter for letter in letters(block.text) if letter not in said]
            assert missing == []
    ways = [f"{piece.heading} {piece.text}" for piece in found]
    names = {block.text for block in blocks if block.kind is BlockKind.heading}
    assert {name for name in names if not any(name in way for way in ways)} == set()
    assert pieces(a_document(*blocks)) == found


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="退 .。a,，", max_size=400), st.integers(5, 40))
def test_a_line_that_is_cut_keeps_its_letters(text: str, most: int) -> None:
    parts = cut(text, most)
    assert letters("".join(parts)) == letters(text)
    assert all(width(part) <= most for part in parts)


def test_a_piece_has_the_way_of_headings_that_leads_to_it() -> None:
    found = cut_up(
        "# Returns\n\nAll.\n\n## Shoes\n\nIn the box.\n\n## Hats\n\nNo.\n\n# Delivery\n\nDays."
    )
    assert [(piece.heading, piece.text) for piece in found] == [
        ("Returns", "All."), ("Returns > Shoes", "In the box."), ("Returns > Hats", "No."),
        ("Delivery", "Days."),
    ]  # fmt: skip


def test_a_way_too_long_loses_its_outermost_headings() -> None:
    text = "\n\n".join(f"{'#' * level} {str(level) * 190}" for level in range(1, 5))
    (piece,) = cut_up(f"{text}\n\nText.")
    assert piece.heading == f"{'3' * 190} > {'4' * 190}"


def test_headings_over_nothing_become_text_under_what_is_above_them() -> None:
    found = cut_up("# Shop\n\n## Beijing\n\n## Shanghai\n\n# Empty")
    assert [(piece.heading, piece.text) for piece in found] == [
        ("Shop", "Beijing\nShanghai"), ("", "Empty"),
    ]  # fmt: skip


def test_a_long_text_is_cut_at_sentences_into_about_equal_pieces() -> None:
    sentence = "七天之内可以退货，请保留吊牌和包装盒，并附上发票。"
    found = cut_up(sentence * 100)
    sizes = [len(piece.text) for piece in found]
    assert 400 <= min(sizes) <= max(sizes) <= 700
    assert {piece.text.replace(sentence, "") for piece in found} == {""}


def test_english_pieces_are_twice_as_long_and_end_with_a_sentence() -> None:
    found = cut_up("Send the shoes back within 30 days, e.g. by mail, to Mr. Green at No. 5. " * 60)
    assert all(700 <= len(piece.text) <= 1_400 for piece in found)
    assert {piece.text[-6:] for piece in found} == {"No. 5."}


def test_each_part_of_a_table_says_its_header_and_whole_rows() -> None:
    rows = "\n".join(f"| {size} | {size * 2} cm of the foot |" for size in range(100))
    found = cut_up(f"Sizes of shoes\n\n| Size | Length |\n|---|---|\n{rows}")
    assert len(found) > 1
    assert {piece.kind for piece in found} == {ChunkKind.table}
    top = "Sizes of shoes\n| Size | Length |\n| --- | --- |\n| "
    assert all(piece.text.startswith(top) and piece.text.endswith("foot |") for piece in found)
    assert sum(piece.text.count("of the foot") for piece in found) == 100


def test_a_list_stays_with_its_introduction_in_every_part() -> None:
    entries = "\n".join(f"- 第{n}样需要一起寄回来的东西" for n in range(150))
    found = cut_up(f"我们收到以后检查。\n\n需要寄回：\n\n{entries}")
    first, *others = (piece.text for piece in found)
    assert first.startswith("我们收到以后检查。\n需要寄回：\n- 第0样")
    assert len(others) > 1
    assert all(text.startswith("需要寄回：\n- 第") for text in others)


def test_a_pair_is_one_piece_with_its_question() -> None:
    found = cut_up("# 退货\n\n问：多久退款？\n答：三天。\n\n问：能换吗？\n答：能。")
    assert [(piece.kind, piece.heading, piece.question, piece.text) for piece in found] == [
        (ChunkKind.faq, "退货", "多久退款？", "三天。"), (ChunkKind.faq, "退货", "能换吗？", "能。"),
    ]  # fmt: skip


def test_an_answer_too_long_for_one_piece_keeps_its_question_in_each() -> None:
    found = cut_up(f"问：怎么退？\n答：{'先联系客服，再寄回来。' * 100}")
    assert len(found) == 2
    assert {piece.question for piece in found} == {"怎么退？"}
