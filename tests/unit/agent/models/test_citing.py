"""A model may tell a customer only what the passages it cites say."""

import pytest

from agent.models.citing import cited, only_courtesy
from config.i18n import Language
from tools.result import ToolResult

SHOES = {
    "number": 1, "source": "退货政策 > 鞋类",
    "text": "鞋类商品自签收起 15 天内可以退货，鞋底须无磨损。节日礼盒一经拆封不支持退货。",
}  # fmt: skip
WARRANTY = {
    "number": 2, "source": "Warranty", "link": "https://shop.example/w",
    "text": "Electric products carry a one-year warranty. Batteries are covered for six months.",
}  # fmt: skip
READ = [ToolResult(status="ok", text="", data={"sure": True, "passages": [SHOES, WARRANTY]})]


def answer(text: str, *said: str) -> str | None:
    return cited(text, READ, Language.zh_cn, said)


@pytest.mark.parametrize(
    "text",
    [
        "鞋子签收后 15 天内可以退货，鞋底不能有磨损。[1]",
        "鞋类商品自签收起十五天内可以退货。[1]",
        "电器保修一年，电池保修六个月。[2]",
        "节日礼盒拆封后不支持退货。[1]",
    ],
)
def test_what_the_passage_says_is_shown(text: str) -> None:
    shown = answer(text)
    assert shown is not None
    assert shown.startswith(text[:-3])


@pytest.mark.parametrize(
    "text",
    [
        "鞋子签收后 30 天内可以退货。[1]",
        "电池保修九个月。[2]",
        "节日礼盒拆封后支持退货。[1]",
        "鞋类商品自签收起 15 天内可以免费退货。[1]",
        "鞋类商品自签收起 15 天内可以退货，另送优惠券。[1]",
        "Apple 产品保修一年。[2]",
        "我们在北京有门店。[1]",
        "鞋类商品自签收起 15 天内可以退货。",
        "鞋类商品自签收起 15 天内可以退货。[7]",
        "Batteries are covered for six months. [1]",
    ],
)
def test_what_it_does_not_say_is_not(text: str) -> None:
    assert answer(text) is None


def test_only_the_sentence_that_nothing_bears_out_is_left_out() -> None:
    shown = answer("鞋类商品 15 天内可以退货。[1] 现在下单再打八折。[1] 还有其他问题吗？")
    assert shown == "鞋类商品 15 天内可以退货。[1] 还有其他问题吗？\n\n来源：退货政策 > 鞋类 [1]"


def test_marks_are_numbered_as_they_come_and_public_sources_are_linked() -> None:
    shown = answer("电器保修一年。[2] 鞋类商品 15 天内可以退货。[1]\n\n来源：[1] 我的记忆")
    assert shown is not None
    assert shown.startswith("电器保修一年。[1] 鞋类商品 15 天内可以退货。[2]")
    assert shown.endswith("来源：Warranty [1] https://shop.example/w；退货政策 > 鞋类 [2]")


def test_a_mark_at_the_end_of_a_paragraph_is_meant_for_all_of_it() -> None:
    shown = answer("鞋类商品自签收起 15 天内可以退货。鞋底须无磨损。[1]")
    assert shown is not None
    assert "可以退货。[1] 鞋底须无磨损。[1]" in shown


def test_figures_of_the_asker_may_be_said_again() -> None:
    text = "您的订单 8812 里的鞋类商品自签收起 15 天内可以退货。[1]"
    assert answer(text) is None
    assert answer(text, "订单 8812 的鞋子能退吗") is not None


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        ("您好！请问有什么可以帮您？", True),
        ("抱歉，这个我不确定，可以请同事来回答。", True),
        ("I'm not sure about that. Would you like to talk to a colleague?", True),
        ("欢迎选购，全场五折！", False),
        ("我们支持一年内退货。", False),
        ("We offer free returns.", False),
    ],
)
def test_courtesy_needs_no_source(text: str, courtesy: bool) -> None:
    assert only_courtesy(text) is courtesy
