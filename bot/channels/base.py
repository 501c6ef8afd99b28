"""What every chat platform must be able to do for us."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, Self

from bot.messages import Address, InboundMessage, OutboundMessage

Handler = Callable[[InboundMessage], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """`max_text` is in the channel's own unit; None means that there is no limit. `drafts`: it can
    show an answer while it comes."""

    buttons: bool = False
    files: bool = False
    drafts: bool = False
    max_text: int | None = None


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
        """Receive until the channel ends or is cancelled. A message counts as acknowledged when
        `handler` returns: it is on disk then."""

    async def send(self, message: OutboundMessage) -> str:
        """Deliver and return the platform's message id.

        Raises NotDelivered when the platform surely did not take it and a retry may help,
        PermanentError when it never will, TransientError when we cannot know.
        """

    async def draft(self, address: Address, text: str) -> None:
        """Show the answer so far in place of an earlier draft; what `send` delivers replaces it.
        Called only when the capabilities say so."""
