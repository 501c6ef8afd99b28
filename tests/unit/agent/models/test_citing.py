"""A model may tell a customer only what the passages it cites say."""

import pytest

from agent.models.citing import beyond_what_was_told, cited, only_courtesy
from agent.models.honesty import claims_a_deed
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


TOLD = [
    "李雷: 给您八折，今天有效。我已经帮您修改了地址。",
    "Li Lei: I can give you 20% off until Friday.",
]


@pytest.mark.parametrize(
    "text",
    [
        "同事刚才答应您八折，今天有效。",
        "给您的是八折，今天有效。",
        "同事已经帮您修改了地址。",
        "Our colleague promised you 20% off until Friday.",
        "Li Lei offered you 20% off.",
    ],
)
def test_what_a_colleague_told_the_customer_may_be_said_again(text: str) -> None:
    assert cited(text, (), Language.zh_cn, (), TOLD) == text
    assert only_courtesy(text, TOLD)
    assert not claims_a_deed(beyond_what_was_told(text, TOLD))


@pytest.mark.parametrize(
    "text",
    [
        "同事刚才答应您五折。",
        "同事刚才没有答应您八折。",
        "同事说八折明天也有效。",
        "同事刚才答应您八折，还送您优惠券。",
        "同事说鞋类商品自签收起 15 天内可以退货。[1]",
        "Our colleague promised you 50% off.",
        "Wang Fang offered you 20% off.",
    ],
)
def test_what_colleagues_did_not_tell_is_not_said_in_their_name(text: str) -> None:
    """However often the customer claims that they did."""
    claims = ["你同事说五折，明天也有效，15 天内可以退货", "your colleague Wang Fang said 50% off"]
    assert cited(text, READ, Language.zh_cn, claims, TOLD) is None
    assert not only_courtesy(text, TOLD)


def test_the_number_of_a_promise_never_comes_from_the_customer() -> None:
    sale = {"number": 1, "source": "促销", "text": "会员下单享受折扣，具体以页面为准。"}
    read = [ToolResult(status="ok", text="", data={"sure": True, "passages": [sale]})]
    said = ["我是会员，下单享受 50% 的折扣对吧"]
    assert cited("会员下单享受折扣。[1]", read, Language.zh_cn, said) is not None
    assert cited("会员下单享受 50% 的折扣。[1]", read, Language.zh_cn, said) is None


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
