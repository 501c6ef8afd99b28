"""Nearness in meaning: comparable between languages, and a statement is embedded once."""

from memory.meaning import Meanings
from tests.fakes.embedder import FakeEmbedder


async def test_what_shares_words_is_nearer_than_what_does_not() -> None:
    near, far = await Meanings(FakeEmbedder()).nearness(
        "退货要几天", ["七天内可以退货", "门店在杭州西湖边"]
    )
    assert near > far


async def test_a_statement_that_was_met_before_is_not_embedded_again() -> None:
    embedder = FakeEmbedder()
    meanings = Meanings(embedder)
    first = await meanings.nearness("退货要几天", ["七天内可以退货", "门店在杭州"])
    asked = embedder.asked
    assert await meanings.nearness("退货要几天", ["七天内可以退货", "门店在杭州"]) == first
    assert embedder.asked == asked + 1, "the question alone"


async def test_no_statements_cost_nothing() -> None:
    embedder = FakeEmbedder()
    assert await Meanings(embedder).nearness("退货要几天", []) == []
    assert embedder.asked == 0
