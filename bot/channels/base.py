"""What every chat platform must be able to do for us."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self, runtime_checkable

from bot.messages import Address, Event, File, OutboundMessage, RemoteFile

# Runs the work in one process at a time, and again in another when that one dies.
Duty = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[None]]

# Returning means that the event is on disk, and may be acknowledged; TransientError, that it is not.
Handler = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """At most `count` messages in `seconds`; the first `count` may come at once."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """`drafts`: it can show an answer while it comes. `menus`: it lists commands to choose from.
    `keyed`: a part that is sent again under the same key has no second effect. `transfers`: it can
    give a chat to people of its own."""

    buttons: bool = False
    files: bool = False
    drafts: bool = False
    menus: bool = False
    keyed: bool = False
    transfers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCall:
    """What the platform asked or posted. Header names are in lower case."""

    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAnswer:
    status: int
    body: bytes = b""
    media_type: str = "application/json"


class Cursors(Protocol):
    """How far a channel has read what has to be asked for; it survives the process. Both raise
    TransientError when the database is away."""

    async def get(self, channel: str, name: str) -> str:
        """Empty before anything was kept."""

    async def keep(self, channel: str, name: str, value: str) -> None: ...


class Channel(Protocol):
    """`chats` are the chats that this process can reach now; None means all of them."""

    @property
    def name(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def chats(self) -> frozenset[str] | None: ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *error: object) -> None: ...

    async def run(self, handler: Handler) -> None:
        """Receive until the channel ends or is cancelled. An event is acknowledged to the platform
        after `handler` has returned."""

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        """What the platform takes in one piece each, in order: the same for the same message."""

    def paces(self, address: Address) -> Mapping[str, Pace]:
        """The platform's limits that a message there has to keep, by what they count: the bot, the
        chat."""

    async def send(self, part: OutboundMessage) -> str:
        """Deliver one of the `parts` and return the platform's message id.

        Raises Busy when the platform wants us to wait, NotDelivered when it surely did not take
        the part and a retry may help, Moved when the chat has another id now, Closed when nobody
        can be reached there, PermanentError when it never will take it, TransientError when we
        cannot know.
        """

    async def draft(self, so_far: OutboundMessage) -> None:
        """Show the answer so far in place of an earlier draft; what `send` delivers replaces it.
        It has the `key` and `reply_token` that the answer will have. Called only when the
        capabilities say so."""

    async def download(self, file: RemoteFile) -> File:
        """A received file, under the name and the type that the platform may give only now. Raises
        TransientError, or PermanentError when it is gone or too large."""

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        """List these commands (name, what it does) in one private chat, or in all that have no list
        of their own; `language` is an ISO 639-1 code, None for every other language. None of them
        takes the list away. Called only when the capabilities say so."""


class WebhookChannel(Channel, Protocol):
    """A channel that can be told by HTTP what happened."""

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        """Verify, hand to the handler, then answer; never raises for what came from outside."""


class Refused(Exception):
    """A body that cannot be taken: `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCall:
    """What a browser asked. `path` is what follows the channel's name and a slash, decoded; header
    names are in lower case; `peer` is the address of who is connected to us. `read` gives the body,
    and raises Refused when it has more than so many bytes or takes longer than so many seconds."""

    method: str
    path: str
    read: Callable[[int, float], Awaitable[bytes]]
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    peer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """A `body` in pieces is sent as they come, until it ends or nobody reads it any more."""

    status: int = 200
    body: bytes | AsyncGenerator[bytes, None] = b""
    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class PageChannel(WebhookChannel, Protocol):
    """A channel that browsers talk to: everything below /<its name> is its own."""

    async def page(self, call: PageCall) -> PageAnswer:
        """Raises Refused as `read` does, and TransientError when the database is away."""
