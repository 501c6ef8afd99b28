"""What a turn is given and never saved."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.contract import Plan, PlanRequest, Progress, Turn
from agent.models.port import Models
from memory.facts import FactStore
from memory.long_term import LongTermMemory
from memory.short_term import Rebuild, ShortTermMemory
from tools.context import ToolContext
from tools.layer import ToolLayer
from tools.registry import Persona
from tools.usage.service import Purse

Planning = Callable[[PlanRequest], Awaitable[Plan]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnContext:
    """`tools` is the layer of the asker's persona, `models` are None when none is configured;
    `rebuild` reads the window from the database."""

    turn: Turn
    persona: Persona
    tools: ToolLayer
    tool_context: ToolContext
    platforms: tuple[str, ...]
    plan: Planning
    models: Models | None
    fast_path: float
    purse: Purse
    progress: Progress
    short_term: ShortTermMemory
    facts: FactStore
    long_term: LongTermMemory
    rebuild: Rebuild
