"""What a passage states, cut so that each piece can be quoted by itself."""

import pytest

from memory.knowledge import Passage
from storage.tables.knowledge import ChunkKind
from tools.reading.sentences import sentences
from tools.support.statements import statements


def a_passage(
    text: str, *, kind: ChunkKind = ChunkKind.text, heading: str = "", question: str = "",
    title: str = "退货政策", score: float = 1.0, source: str = "", chunk_id: int = 1,
) -> Passage:  # fmt: skip
    return Passage(
        chunk_id=chunk_id, document_id=1, number=1, title=title, heading=heading, text=text,
        question=question, kind=kind, source=source, version=1, language="", score=score,
    )  # fmt: skip


def stated(text: str, *, kind: ChunkKind = ChunkKind.text, heading: str = "") -> list[str]:
    return [each.text for each in statements([a_passage(text, kind=kind, heading=heading)])]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("7 天内可退。“真的吗？”可以！", ["7 天内可退。", "“真的吗？”", "可以！"]),
        ("We ship in 3.5 days. E.g. shoes. See you!", ["We ship in 3.5 days.", "E.g. shoes.", "See you!"]),
        ("Costs approx. 5 USD. Is it ok?", ["Costs approx. 5 USD.", "Is it ok?"]),
        ("可退。[1] 运费自付。[2][3] 好", ["可退。[1]", "运费自付。[2][3]", "好"]),
    ],
)  # fmt: skip
def test_sentences_end_where_people_end_them(line: str, parts: list[str]) -> None:
    assert sentences(line) == parts


def test_a_list_stays_with_what_leads_to_it() -> None:
    assert stated("我们支持：\n- 微信\n- 支付宝") == ["我们支持：\n· 微信\n· 支付宝"]


def test_a_list_that_nothing_leads_to_is_led_to_by_its_heading() -> None:
    assert stated("- 耳塞\n- 口罩", heading="退货 > 不能退的商品") == [
        "不能退的商品：\n· 耳塞\n· 口罩"
    ]


def test_rows_of_a_table_say_what_their_cells_are() -> None:
    sizes = "| 尺码 | 身高 | 体重 |\n| --- | --- | --- |\n| M | 165 | 55 |\n| L | 172 | 65 |"
    assert stated(sizes) == ["尺码 M：身高 165；体重 55", "尺码 L：身高 172；体重 65"]
    fees = "| Item | Fee |\n| --- | --- |\n| Delivery | **8 yuan** |"
    assert stated(fees) == ["Delivery: 8 yuan"]


def test_an_answer_stays_whole() -> None:
    assert stated("可以。下单时填写。", kind=ChunkKind.faq) == ["可以。下单时填写。"]


def test_headings_rules_and_marks_of_emphasis_are_no_statements() -> None:
    assert stated("# 退货\n---\n**7 天**内可退。") == ["7 天内可退。"]
