"""What goes into planning and into a turn, and what comes out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from config.i18n import Language
from memory.preferences import Preferences
from tools.context import Asker, Fence
from tools.mood import MoodGuess
from tools.result import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """One message to understand. `now` is aware and in the organisation's time zone; `history` is
    the conversation before it, oldest first; `platforms` are the ad platforms configured."""

    text: str
    now: datetime
    history: tuple[Utterance, ...] = ()
    platforms: tuple[str, ...] = ("sandbox",)
    persona: Literal["manager", "customer"] = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A tool and its arguments. `quotes` gives, per argument, the person's own words (a substring
    of this message or of an earlier one of theirs) that the value was read from; a value that was
    resolved by reference ("it", "the second") quotes the referring words. `ordered` is as in
    tools.layer.ToolCall."""

    tool: str
    args: dict[str, Any]
    quotes: dict[str, str] = field(default_factory=dict)
    ordered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A missing or unclear argument of `call`; `choices` are ready values when they are few."""

    call: PlannedCall
    argument: str
    choices: tuple[str, ...] = ()


Talk = Literal[
    "greeting", "thanks", "bye", "identity", "capabilities", "noted", "cancelled",
    "out_of_scope", "unclear",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Exactly one of `calls`, `ask` and `talk` is set. `confidence` is 0…1. `likely` are the tools
    that the message may well order, whichever of them was chosen. `mood` is that of a customer."""

    language: Language
    confidence: float
    calls: tuple[PlannedCall, ...] = ()
    ask: Ask | None = None
    talk: Talk | None = None
    likely: frozenset[str] = frozenset()
    mood: MoodGuess | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What a turn needs to know about the organisation."""

    id: int
    timezone: ZoneInfo
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFile:
    """A file that came with the message; its content stays in the database."""

    id: int
    name: str
    media_type: str = ""


@dataclass(slots=True, kw_only=True)
class Course:
    """How a turn goes: the agent names the tool that it is `doing`; `stop` is set when the asker
    wants no more of it, and the agent then ends before its next effect."""

    doing: str = ""
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def stopped(self) -> bool:
        return self.stop.is_set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message to answer. `fence` proves that this worker still owns the conversation;
    `attempt` counts from 1. `transfers`: the platform can give this chat to people of its own.
    `shared`: several people speak in this conversation."""

    organisation: Organisation
    conversation_id: int
    inbox_id: int
    asker: Asker
    language: Language
    text: str
    fence: Fence
    attempt: int = 1
    preferences: Preferences = field(default_factory=Preferences)
    files: tuple[TurnFile, ...] = ()
    transfers: bool = False
    shared: bool = False
    course: Course = field(default_factory=Course)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Pressing it is the same as writing `send`."""

    label: str
    send: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`shown` are the ids that the text names, in their order. `markdown`: a model worded it, and
    may have used that. `transfer`: people are to take the chat over when this is said."""

    text: str
    markdown: bool = False
    buttons: tuple[Button, ...] = ()
    shown: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    transfer: bool = False


# Gets the words of the answer so far; what it got may still be taken back.
Progress = Callable[[str], Awaitable[None]]


class Agent(Protocol):
    async def take(self, turn: Turn, progress: Progress) -> Reply:
        """Understand the message, act, and word the answer. May run again for the same turn
        after a crash: what it did then is not done twice."""

    async def reread(self, organisation_id: int, conversation_id: int) -> None:
        """Others spoke in this conversation: what is known of it is read anew."""

    async def undo(self, turn: Turn) -> Reply:
        """Take back the asker's last change in this conversation."""

    async def order(self, turn: Turn, tool: str, args: Mapping[str, Any]) -> Reply:
        """Run what a slash command orders in the asker's own words, or ask for an approval."""

    async def revise_approval(self, turn: Turn, ref: str, change: Mapping[str, Any]) -> Reply:
        """Change what approval `ref` waits with, and show it again; it stays unanswered."""

    async def show_approval(self, turn: Turn, ref: str) -> Reply:
        """Approval `ref` as it is now, with its buttons."""

    async def answer_approval(self, turn: Turn, ref: str, *, agreed: bool) -> Reply:
        """Say yes or no to approval `ref` in the asker's name, and run the plan when that was
        the last yes it needed. Raises UserFacingError when it cannot be answered so."""
