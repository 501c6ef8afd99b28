"""What staff state: about a customer it is for the team, else it is about themselves."""

from dataclasses import replace

from agent.context import TurnContext
from tools.leads.desk import note_about_customer
from tools.result import ToolResult


async def noted_for_the_team(given: TurnContext) -> ToolResult | None:
    if given.persona != "manager":
        return None
    order = replace(given.tool_context, order_key=f"inbox:{given.turn.inbox_id}")
    return await note_about_customer(order, given.turn.text)
