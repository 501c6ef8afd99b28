"""Whatever a model sends, only clean words and whole calls get through."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, InvalidToolCall, ToolCall

from agent.models.errors import NoUsableReply
from agent.models.reading import usable

TOOLS = frozenset({"get_lead", "set_budget"})


def a_call(name: str = "get_lead", id_: str | None = "x", **args: Any) -> ToolCall:
    return ToolCall(name=name, args=args, id=id_, type="tool_call")


def words(text: str) -> str:
    return str(usable(AIMessage(text), TOOLS).text)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("你好<|im_end|>", "你好"),
        ("<think>the user wants…</think>好的", "好的"),
        ("<｜end▁of▁sentence｜>可以", "可以"),
        ("[INST]hello[/INST]", "hello"),
        ("  spaces  ", "spaces"),
    ],
)
def test_control_tokens_and_thoughts_are_not_shown(sent: str, shown: str) -> None:
    assert words(sent) == shown


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "   ",
        "<think>only thoughts",
        "<|im_end|>",
        "<|im_start|>assistant<|im_end|>",
        '{"name": "set_budget", "arguments": {"campaign": "C-1"}}',
        'Sure:\n```json\n{"name": "get_lead", "arguments": {}}\n```',
        "<｜tool▁calls▁begin｜>get_lead",
        '<tool_call>{"name":"get_lead"}</tool_call>',
    ],
)
def test_a_reply_without_words_or_with_a_call_among_them_is_none(sent: str) -> None:
    with pytest.raises(NoUsableReply):
        words(sent)


def test_json_that_is_no_call_is_words() -> None:
    assert words('{"name": "Lily"}') == '{"name": "Lily"}'


def test_a_reply_whose_only_call_cannot_be_read_is_none() -> None:
    broken = InvalidToolCall(
        name="get_lead", args="{oops", id="1", error=None, type="invalid_tool_call"
    )
    with pytest.raises(NoUsableReply):
        usable(AIMessage("", invalid_tool_calls=[broken]), TOOLS)


def test_readable_calls_are_kept_without_the_broken_ones() -> None:
    broken = InvalidToolCall(
        name="get_lead", args="{oops", id="1", error=None, type="invalid_tool_call"
    )
    message = AIMessage("", tool_calls=[a_call(lead="L-1")], invalid_tool_calls=[broken])
    kept = usable(message, TOOLS)
    assert [call["args"] for call in kept.tool_calls] == [{"lead": "L-1"}]
    assert kept.invalid_tool_calls == []


def test_repeated_call_ids_become_different() -> None:
    message = AIMessage("", tool_calls=[a_call(id_="same"), a_call(id_="same", lead="L-2")])
    ids = [call["id"] for call in usable(message, TOOLS).tool_calls]
    assert len(set(ids)) == 2


def test_a_huge_reply_is_cut() -> None:
    assert len(words("好" * 2_000_000)) < 10_000


def test_a_reply_that_was_cut_off_says_so() -> None:
    cut = AIMessage("because the", response_metadata={"finish_reason": "length"})
    assert usable(cut, TOOLS).text == "because the…"


def test_calls_of_a_reply_that_was_cut_off_are_none() -> None:
    cut = AIMessage(
        "", tool_calls=[a_call(lead="L-1")], response_metadata={"finish_reason": "length"}
    )
    with pytest.raises(NoUsableReply):
        usable(cut, TOOLS)


def test_a_refusal_is_shown_in_its_own_words() -> None:
    refused = AIMessage("", additional_kwargs={"refusal": "I can't help with that."})
    assert usable(refused, TOOLS).text == "I can't help with that."
