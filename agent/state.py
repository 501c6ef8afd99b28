"""What the nodes of one turn hand to each other."""

from dataclasses import dataclass
from operator import add
from typing import Annotated, Literal, TypedDict

from agent.contract import Ask, Plan, Reply
from memory.facts import Kept
from memory.short_term import Entry
from tools.mood import MoodGuess
from tools.result import ToolResult
from tools.visits.service import Known, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a model made of the turn: what was done by which `tools`, what it asks, its last words,
    and what was recalled for it. `refusal` says why no model could answer."""

    text: str = ""
    results: tuple[ToolResult, ...] = ()
    effects: tuple[ToolResult, ...] = ()
    ask: Ask | None = None
    refusal: str | None = None
    memories: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What a playbook made of the turn: `instead` is told in the place of an answer that would say
    nothing, `also` behind the answer."""

    step: Step
    instead: ToolResult | None = None
    also: ToolResult | None = None


class State(TypedDict, total=False):
    history: list[Entry]
    plan: Plan
    mood: MoodGuess | None
    via: Literal["plan", "model"]
    kept: Kept
    known: Known | None
    led: Led
    stopped: bool
    thought: Thought
    results: Annotated[list[ToolResult], add]
    reply: Reply
