"""What a slash command is, and what it may use."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from agent.contract import Agent, Reply, Turn
from config.clock import Clock
from config.errors import InvalidInput
from config.i18n import Language, say
from config.roles import Role
from config.settings import Settings
from memory.privacy import Eraser
from storage.database import Database
from storage.outbox import Outbox
from tools.context import ToolContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Given to every command."""

    database: Database
    agent: Agent
    outbox: Outbox
    clock: Clock
    settings: Settings
    ping_memory: Callable[[], Awaitable[object]]
    eraser: Eraser
    open_tools: Callable[[Turn], ToolContext]
    # The names of the channels that this service has.
    served: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One use of a command: `/role 小王 manager` has the words 小王 and manager."""

    turn: Turn
    services: Services
    words: tuple[str, ...]

    @property
    def language(self) -> Language:
        return self.turn.language

    @property
    def organisation_id(self) -> int:
        return self.turn.organisation.id

    def say(self, key: str, /, **values: Any) -> str:
        return say(self.language, key, **values)


Run = Callable[[Invocation], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`name` without its slash; `commands.usage.<name>` and `commands.about.<name>` word it. One that
    is not `listed` is for who was told to use it."""

    name: str
    role: Role
    run: Run
    least: int = 0
    most: int = 0
    listed: bool = True


class WrongUsage(InvalidInput):
    def __init__(self, usage: str) -> None:
        super().__init__("commands.wrong_usage", usage=usage)


class UnknownCommand(InvalidInput):
    def __init__(self, name: str, nearest: str) -> None:
        key = "commands.unknown_nearest" if nearest else "commands.unknown"
        super().__init__(key, name=name, nearest=nearest)
