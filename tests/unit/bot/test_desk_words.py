"""Plain words of the staff that a command shows or does."""

import pytest

from bot.commands.desk_words import line_for_desk


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("谁在值班？", "/duty"), ("现在都有谁在线", "/duty"), ("誰在值班", "/duty"),
        ("Who's on duty now?", "/duty"), ("我上班了", "/duty on"), ("I'm off duty.", "/duty off"),
        ("有客户在等吗？", "/cases"), ("客服今天接了多少", "/cases"), ("is anyone waiting?", "/cases"),
        ("最近的工单", "/tickets"), ("帮我看看未完成的工单", "/tickets"), ("Show me the open tickets", "/tickets"),
        ("我的工单", "/tickets mine"), ("哪些工单逾期了？", "/tickets overdue"),
        ("知识库里都有什么", "/knowledge"), ("What's in the knowledge base?", "/knowledge"),
        ("有哪些剧本", "/playbooks"), ("系统还好吗", "/health"), ("谁能用这个机器人？", "/users"), ("批准", "/approvals"), ("有什么要批的吗", "/approvals"),
        ("K-3怎么样了", "/ticket K-3"), ("工单 k12", "/ticket K-12"), ("h-7", "/case H-7"),
        ("我来接 H-2", "/takeover H-2"), ("take over h 4", "/takeover H-4"), ("撤销！", "/undo"),
    ],
)  # fmt: skip
def test_a_whole_message_may_be_a_command_in_plain_words(text: str, line: str) -> None:
    assert line_for_desk(text) == line


@pytest.mark.parametrize(
    "text",
    [
        "", "？", "今天", "把 L-12 分给今天值班的人", "谁在跟 L-12", "K-3 和 K-4 哪个急", "知识库怎么用", "接电话",
        "工单系统的线索来了多少", "有客户在等报价，帮我查一下 L-12", "H-1 转给李雷", "好的", "show me the leads",
    ],
)  # fmt: skip
def test_other_words_are_left_to_the_agent(text: str) -> None:
    assert line_for_desk(text) is None
