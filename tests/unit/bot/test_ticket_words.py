"""Plain words of a customer that answer what the last message of the chat was about."""

import pytest

from bot.commands.tickets import line_for
from storage.tables.work import OutboxMessage


def asked(about: str = "K-1") -> OutboxMessage:
    """The question how content they are."""
    buttons = [{"label": str(mark), "send": f"/rate 7 {mark}"} for mark in (5, 4, 3, 2, 1)]
    buttons.append({"label": "还没解决", "send": f"/reply {about} 还没解决"})
    return OutboxMessage(key="satisfaction:7", buttons=buttons)


def asked_why() -> OutboxMessage:
    return OutboxMessage(key="reply:3", buttons=[{"label": "不说了", "send": "/rate 7 2"}])


def told(step: str, buttons: list[dict[str, str]] | None = None) -> OutboxMessage:
    return OutboxMessage(key=f"ticket:K-9:{step}:inbox:5", buttons=buttons or [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("5", "/rate 7 5"), ("４分", "/rate 7 4"), ("3 星", "/rate 7 3"), ("2。", "/rate 7 2"),
        ("2，太慢了", "/rate 7 2 太慢了"), ("1分 没人理我", "/rate 7 1 没人理我"),
        ("5 stars", "/rate 7 5"), ("4 points, quick", "/rate 7 4 quick"),
        ("还没解决啊", "/reply K-1 还没解决啊"), ("it is still broken", "/reply K-1 it is still broken"),
        ("3 天能到吗", None), ("5月1号发货", None), ("6", None), ("10", None), ("1到3天", None),
        ("你们几点开门？", None), ("谢谢", None),
    ],
)  # fmt: skip
def test_a_mark_is_a_number_and_a_question_is_a_question(text: str, line: str | None) -> None:
    assert line_for(text, asked()) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [("等太久了", "/rate 7 words 等太久了"), ("5", "/rate 7 words 5"), ("多久能退款？", None)],
)
def test_what_is_said_after_a_low_mark_is_why(text: str, line: str | None) -> None:
    assert line_for(text, asked_why()) == line


@pytest.mark.parametrize("step", ["answered", "pending"])
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("订单 123", "/reply K-9 订单 123"), ("什么时候到？", "/reply K-9 什么时候到？"),
        ("好的，谢谢！", None), ("Thanks.", None),
    ],
)  # fmt: skip
def test_words_after_an_answer_go_to_the_ticket_unless_they_are_thanks(
    step: str, text: str, line: str | None
) -> None:
    assert line_for(text, told(step)) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [("没解决，又坏了", "/reply K-9 没解决，又坏了"), ("你们几点开门", None), ("谢谢", None)],
)
def test_what_is_settled_is_opened_again_by_saying_so(text: str, line: str | None) -> None:
    button = {"label": "还没解决", "send": "/reply K-9 还没解决"}
    assert line_for(text, told("resolved", [button])) == line


def test_after_any_other_message_words_are_words() -> None:
    assert line_for("5", OutboxMessage(key="reply:3", buttons=[])) is None
    button = {"label": "P-1", "send": "/approve P-1"}
    assert line_for("5", OutboxMessage(key="reply:3", buttons=[button])) is None
