"""A model may not invent figures, nor call something done that was not."""

import pytest

from agent.models.honesty import claims_a_deed, invents_figures
from tools.result import ToolResult


@pytest.mark.parametrize(
    "text",
    [
        "已将 C-1 的预算提高 20%。",
        "好的，我已经为您把 C-3 暂停了。",
        "成功创建广告活动 C-9！",
        "预算调整好了，请查看。",
        "I've raised the budget of C-1 by 20%.",
        "Done.",
        "The campaign has been paused.",
        "C-3 is now paused, and the budget was successfully set.",
        "All done!",
    ],
)
def test_words_that_say_that_something_was_done(text: str) -> None:
    assert claims_a_deed(text)


@pytest.mark.parametrize(
    "text",
    [
        "您想调整哪个广告活动的预算？",
        "要把 C-1 的预算提高 20% 吗？",
        "我可以帮您暂停 C-3，请直接说“暂停 C-3”。",
        "抖音今天来了 12 条线索。",
        "Shall I raise the budget of C-1?",
        "You can pause a campaign by saying “pause C-3”.",
        "Good morning! What can I do for you?",
    ],
)
def test_questions_offers_and_facts_are_no_claims(text: str) -> None:
    assert not claims_a_deed(text)


def a_result(text: str) -> ToolResult:
    return ToolResult(status="ok", text=text, data={"spend": "1234.50"})


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("C-1 spent 1,234.50 today.", False),
        ("C-1 spent 1234.5 today.", False),
        ("There are 3 things to do.", False),
        ("You asked about 2026.", False),
        ("C-1 spent 1,300 today.", True),
        ("今天来了 35 条线索。", True),
    ],
)
def test_a_figure_must_come_from_a_tool_or_from_the_chat(text: str, invented: bool) -> None:
    said = ["how much did C-1 spend in 2026?"]
    assert invents_figures(text, [a_result("spend")], said) is invented
