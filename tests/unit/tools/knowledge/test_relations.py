"""The graph of products and services: what is read from tables and sentences, and what is related."""

import pytest

from storage.tables.relation import RelationKind
from tests.builders.documents import Library
from tools.knowledge.parsing.text import from_text
from tools.knowledge.relating import RelationGraph
from tools.knowledge.relations import Statement, statements

PRICES = """# 课程

## 课程一览

| 课程 | 适合 | 价格 |
| --- | --- | --- |
| 外教一对一 | 6 岁以上 | 3600 元 |
| 自然拼读 | 5–10 岁 | 1280 元 |
"""


@pytest.mark.parametrize(
    ("said", "subject", "kind", "others"),
    [
        ("外教一对一包含一支点读笔和教材。", "外教一对一", RelationKind.contains, ["点读笔", "教材"]),
        ("商城和课程都不支持货到付款。", "商城", RelationKind.excludes, ["货到付款"]),
        ("海外订单支持 Visa、PayPal。", "海外订单", RelationKind.supports, ["Visa", "PayPal"]),
        ("大号书包适合 4 年级以上。", "大号书包", RelationKind.suits, ["4 年级以上"]),
        ("The gift box includes a pen and two books.", "gift box", RelationKind.contains,
         ["pen", "two books"]),
        ("Our shop does not support payment on delivery.", "shop", RelationKind.excludes,
         ["payment on delivery"]),
    ],
)  # fmt: skip
def test_a_sentence_says_how_two_things_belong_together(
    said: str, subject: str, kind: RelationKind, others: list[str]
) -> None:
    found = [each for each in statements(from_text(said)) if each.subject == subject]
    assert found == [Statement(subject, kind, other) for other in others]


@pytest.mark.parametrize("said", ["我们会尽快支持。", "今天天气很好。", "请您支持我们的工作"])
def test_a_sentence_without_two_things_says_nothing(said: str) -> None:
    assert [each for each in statements(from_text(said)) if each.kind == "contains"] == []


def test_a_price_table_tells_what_is_offered_for_whom_and_how_much() -> None:
    found = statements(from_text(PRICES))
    assert Statement("课程一览", RelationKind.lists, "自然拼读") in found
    assert Statement("自然拼读", RelationKind.suits, "5–10 岁") in found
    assert Statement("自然拼读", RelationKind.costs, "1280 元") in found


def test_sizes_and_measures_are_no_products() -> None:
    table = "# 尺码\n\n| 尺码 | 身高 |\n| --- | --- |\n| S | 155 cm |\n"
    assert statements(from_text(table)) == []


async def told(library: Library) -> set[tuple[str, str, str]]:
    async with library.database.reading() as session:
        edges = await RelationGraph(session, library.organisation.id).edges()
    return {(edge.subject, edge.kind, edge.object) for edge in edges}


async def related(library: Library, said: str) -> list[str]:
    async with library.database.reading() as session:
        edges = await RelationGraph(session, library.organisation.id).related(said)
    return [edge.object for edge in edges]


async def test_the_graph_is_that_of_the_current_version(library: Library) -> None:
    await library.add(PRICES)
    assert ("自然拼读", "costs", "1280 元") in await told(library)
    await library.add(PRICES.replace("1280", "1380"))
    now = await told(library)
    assert ("自然拼读", "costs", "1380 元") in now
    assert not any("1280" in name for _, _, name in now)


async def test_what_a_question_names_leads_to_what_stands_beside_it(library: Library) -> None:
    await library.add(PRICES)
    found = await related(library, "外教一对一多少钱？")
    assert {"3600 元", "6 岁以上"} <= set(found)
    assert found.index("3600 元") < found.index("自然拼读")
    assert await related(library, "天气怎么样") == []


async def test_a_removed_document_tells_nothing(library: Library) -> None:
    outcome = await library.add(PRICES)
    await library.remove(outcome.document)
    assert await told(library) == set()
