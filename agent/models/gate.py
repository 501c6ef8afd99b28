"""LangChain's door to the gate: no tool of the loop runs by itself."""

from typing import Any, cast

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from agent.models.spending import Calling


class ThroughTheGate(AgentMiddleware[Any, Any]):
    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: object
    ) -> ToolMessage | Command[Any]:
        call = request.tool_call
        # The runtime of a tool is not typed by the context.
        calling = cast(Calling, request.runtime.context)
        told = await calling.call(call["name"], call["args"])
        return ToolMessage(told, name=call["name"], tool_call_id=call["id"] or "")
