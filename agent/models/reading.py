"""What a model replied, made safe: control tokens out, calls readable, never empty."""

import json
import re
from typing import Any

from langchain_core.messages import AIMessage, ToolCall

from agent.models.errors import NoUsableReply

_LONGEST = 8_000
# <|im_end|>, <｜tool▁calls▁begin｜>, [INST], <<SYS>> …
_CONTROL = re.compile(
    r"<[|｜]im_start[|｜]>\w*|<[|｜][^<>\n]{0,80}?[|｜]>|</?s>|\[/?INST\]|<</?SYS>>"
)
_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_LEAKED_CALL = re.compile(
    r"<[|｜]tool[▁_ ]|<tool_call>|<function_calls?>|<invoke |<[|｜]DSML[|｜]", re.IGNORECASE
)
_FENCED = re.compile(r"```(?:json)?\s*(\{.*?\})\s*```", re.DOTALL)


def usable(message: AIMessage, known_tools: frozenset[str]) -> AIMessage:
    """The message with clean words, valid calls under ids of our own, and nothing else.

    Raises NoUsableReply for an empty reply, for one whose calls are all malformed, and for a call
    that stands in the words instead of in its place.
    """
    raw = _words(message)
    if message.invalid_tool_calls and not message.tool_calls:
        raise NoUsableReply("no call of the reply can be read")
    if not message.tool_calls and _holds_call(raw, known_tools):
        raise NoUsableReply("a call stands among the words")
    text = cleaned(raw)
    cut_off = message.response_metadata.get("finish_reason") == "length"
    if cut_off and message.tool_calls:
        raise NoUsableReply("the reply was cut off among its calls")
    if cut_off and text:
        text = f"{text}…"
    calls = [
        ToolCall(name=call["name"], args=call["args"], id=f"call_{place}", type="tool_call")
        for place, call in enumerate(message.tool_calls)
    ]
    if not text and not calls:
        raise NoUsableReply("the reply is empty")
    return AIMessage(
        content=text, tool_calls=calls, usage_metadata=message.usage_metadata, id=message.id
    )


def cleaned(text: str) -> str:
    """Without control tokens and thoughts, and of a length that a chat can carry."""
    words = _CONTROL.sub("", _THOUGHTS.sub("", text)).strip()
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _words(message: AIMessage) -> str:
    refusal = message.additional_kwargs.get("refusal")
    return str(message.text) or (str(refusal) if refusal else "")


def _holds_call(text: str, known_tools: frozenset[str]) -> bool:
    if _LEAKED_CALL.search(text):
        return True
    stripped = text.strip()
    candidates = [match[1] for match in _FENCED.finditer(text)]
    if stripped.startswith("{"):
        candidates.append(stripped)
    return any(_names_tool(each, known_tools) for each in candidates)


def _names_tool(text: str, known_tools: frozenset[str]) -> bool:
    try:
        value: Any = json.loads(text)
    except ValueError:
        return False
    if not isinstance(value, dict):
        return False
    named = value.get("name") or value.get("tool")
    return isinstance(named, str) and named in known_tools
