"""What the nodes of one turn hand to each other."""

from dataclasses import dataclass
from operator import add
from typing import Annotated, Literal, TypedDict

from agent.contract import Ask, Plan, Reply
from memory.facts import Kept
from memory.short_term import Entry
from tools.result import ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a model made of the turn: what was done, what it asks, its last words, and what
    was recalled for it. `refusal` says why no model could answer."""

    text: str = ""
    results: tuple[ToolResult, ...] = ()
    effects: tuple[ToolResult, ...] = ()
    ask: Ask | None = None
    refusal: str | None = None
    memories: tuple[str, ...] = ()


class State(TypedDict, total=False):
    history: list[Entry]
    plan: Plan
    via: Literal["plan", "model"]
    kept: Kept
    stopped: bool
    thought: Thought
    results: Annotated[list[ToolResult], add]
    reply: Reply
