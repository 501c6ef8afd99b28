"""The channel-neutral messages."""

from dataclasses import dataclass, field

from storage.inbox import Place
from storage.outbox import File

__all__ = ["Address", "Button", "File", "InboundMessage", "OutboundMessage"]

Address = Place


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """`external_id` is the channel's own id of the message, the same when it is delivered again.
    `sender_id` is an account id; `sender_name` is only what they call themselves."""

    external_id: str
    address: Address
    sender_id: str
    sender_name: str
    text: str
    private: bool = True
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Pressing it is the same as writing `send`."""

    label: str
    send: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    address: Address
    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = field(default=())
