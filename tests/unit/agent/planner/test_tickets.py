"""Customers who want something settled, and who ask what has become of it."""

import pytest

from tests.unit.agent.conftest import Hears

ASKED = "请说说具体遇到了什么问题，我记进工单里。"


@pytest.mark.parametrize(
    "text",
    ["我要投诉", "帮我提个工单", "我要報修", "open a ticket", "i'd like to file a complaint"],
)
def test_a_ticket_needs_to_know_what_is_wrong(hears: Hears, text: str) -> None:
    ask = hears(text, persona="customer").ask
    assert ask is not None
    assert (ask.call.tool, ask.argument) == ("create_ticket", "problem")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("我要投诉，你们的快递员态度太差了", "你们的快递员态度太差了"),
        ("帮我提个工单：耳机左边没声音，昨天刚收到", "耳机左边没声音，昨天刚收到"),
        ("耳机没声音，帮我建个工单", "耳机没声音"),
        ("我要投訴，寄來的東西是壞的", "寄來的東西是壞的"),
        ("open a ticket: the left earbud is silent", "the left earbud is silent"),
        ("I want to complain about the courier", "the courier"),
    ],
)
def test_what_is_wrong_may_be_said_at_once(hears: Hears, text: str, problem: str) -> None:
    (call,) = hears(text, persona="customer").calls
    assert (call.tool, call.args) == ("create_ticket", {"problem": problem})


@pytest.mark.parametrize(
    "problem",
    ["耳机左边没声音", "为什么我的包裹三天了还没到？", "The app crashes, " * 8 + "can you fix it?"],
)
def test_the_answer_is_the_problem_however_it_is_told(hears: Hears, problem: str) -> None:
    (call,) = hears("我要投诉", ASKED, problem, persona="customer").calls
    assert (call.tool, call.args) == ("create_ticket", {"problem": problem})


@pytest.mark.parametrize("text", ["算了", "不用了"])
def test_it_can_be_called_off(hears: Hears, text: str) -> None:
    assert hears("帮我提个工单", ASKED, text, persona="customer").talk == "cancelled"


@pytest.mark.parametrize(
    "text",
    [
        "我的工单怎么样了", "帮我查一下工单进度", "K-3 处理了吗", "我的投诉处理得怎么样了",
        "any news on my ticket?", "is my ticket solved yet?",
    ],
)  # fmt: skip
def test_who_asks_for_news_gets_their_tickets(hears: Hears, text: str) -> None:
    (call,) = hears(text, persona="customer").calls
    assert (call.tool, call.args) == ("my_tickets", {})


@pytest.mark.parametrize("text", ["转人工", "我要投诉，找你们负责人"])
def test_who_wants_a_person_gets_a_person(hears: Hears, text: str) -> None:
    (call,) = hears(text, persona="customer").calls
    assert call.tool == "request_human"
