"""What the nodes of one turn hand to each other."""

from operator import add
from typing import Annotated, TypedDict

from agent.contract import Plan, Reply
from memory.short_term import Entry
from tools.result import ToolResult


class State(TypedDict, total=False):
    history: list[Entry]
    plan: Plan
    results: Annotated[list[ToolResult], add]
    reply: Reply
