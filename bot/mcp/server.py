"""Campaign automation as an MCP server: each action is a tool, each answer its result."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from mcp import types
from mcp.server import Server, ServerRequestContext

from tools.automation.service import ACTIONS, Action, Execute

NAME = "huoke"
# The caller's own name for a request, in its `_meta`: repeated, it has no second effect.
REQUEST_ID = "huoke/request_id"
_INSTRUCTIONS = (
    "Ad campaigns of one organisation. Amounts are in its currency. What spends more than the "
    "caller may confirm alone answers with an approval that waits for somebody else."
)
_READING = frozenset({"analyze_ab_test", "get_campaign_status"})
_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {"status": {"type": "string", "enum": ["success", "error"]}},
    "required": ["status"],
}

RequestContext = ServerRequestContext[Any, Any]
# Who calls, as `execute` wants it.
CallerOf = Callable[[RequestContext], Mapping[str, Any]]


def open_server(execute: Execute, caller_of: CallerOf) -> Server[Any]:
    async def list_tools(
        context: RequestContext, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[_tool(name, action) for name, action in ACTIONS.items()]
        )

    async def call_tool(
        context: RequestContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        caller = dict(caller_of(context))
        named: Mapping[str, Any] = context.meta or {}
        if REQUEST_ID in named:
            caller["request_id"] = named[REQUEST_ID]
        answer = await execute(params.name, params.arguments or {}, caller)
        return _result(answer)

    return Server(
        NAME, instructions=_INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


def _tool(name: str, action: Action) -> types.Tool:
    reading = name in _READING
    return types.Tool(
        name=name,
        description=action.about,
        input_schema=action.parameters.model_json_schema(),
        output_schema=_ANSWER,
        annotations=types.ToolAnnotations(
            read_only_hint=reading,
            destructive_hint=name == "manage_campaign",
            open_world_hint=True,
        ),
    )


def _result(answer: dict[str, Any]) -> types.CallToolResult:
    """The same answer as JSON and as text, which is all that older clients read."""
    return types.CallToolResult(
        content=[types.TextContent(text=json.dumps(answer, ensure_ascii=False))],
        structured_content=answer,
        is_error=answer["status"] == "error",
    )
