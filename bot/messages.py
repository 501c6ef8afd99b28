"""The channel-neutral messages, and what else a channel reports about its chats."""

from dataclasses import dataclass, field, replace
from typing import Self

from storage.inbox import Place, RemoteFile
from storage.outbox import File

__all__ = [
    "Address", "Button", "ChatClosed", "ChatMoved", "Corrected", "Event", "File",
    "HumanServes", "InboundMessage", "OutboundMessage", "RemoteFile", "SendFailed", "StaffSaid",
    "fetched",
]  # fmt: skip

Address = Place


def fetched(file: RemoteFile, content: bytes) -> File:
    return File(name=file.name, media_type=file.media_type, content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """`external_id` is the channel's own id of the message, the same when it is delivered again.
    `sender_id` is an account id; `sender_name` is only what they call themselves. `pressed` is the
    key of the button that was pressed; its label is the `text`. `reply_token` is what the platform
    wants to have with an answer: a secret, and only its channel can read it. `group` is the
    platform's id of the whole group, where `address` may name one topic of it; empty means that the
    address is the group. `message_id` is the platform's name of the message, unique for
    the bot, by which it may be corrected. Messages of one `album` are one, in several parts.
    `answers` is the platform's name of a message of ours that this one answers, where it tells."""

    external_id: str
    address: Address
    sender_id: str
    sender_name: str
    text: str
    private: bool = True
    group: str = ""
    files: tuple[File | RemoteFile, ...] = ()
    pressed: str | None = None
    reply_token: str = ""
    message_id: str = ""
    album: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Whoever wrote the message `message_id` put other words in its place."""

    address: Address
    message_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMoved:
    """The platform gave a chat another id."""

    address: Address
    chat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatClosed:
    """Nothing can be sent there, nor to what is named `<chat>:…` inside of it, until somebody writes
    again: the bot was blocked or removed."""

    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanServes:
    """People of the platform took this chat over, or gave it back to us."""

    address: Address
    begins: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSaid:
    """What one of these people wrote to the customer there."""

    external_id: str
    address: Address
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailed:
    """The platform took a message, whose id is `external_id`, and could not deliver it after
    all."""

    external_id: str
    address: Address
    reason: str


Event = InboundMessage | Corrected | ChatMoved | ChatClosed | HumanServes | StaffSaid | SendFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Pressing it is the same as writing `send`. `key` finds the button again, on platforms whose
    buttons carry little."""

    label: str
    send: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """`key` names the message, the same however often it is sent; a channel gives each of its
    parts a key of its own. `reply_token` came with the message that this one answers. `transfer`:
    people of the platform are to take the chat over when this is said. `pulse`: a draft that has no
    words of the answer yet, and says that it is worked on."""

    address: Address
    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = field(default=())
    markdown: bool = False
    key: str = ""
    reply_token: str = ""
    transfer: bool = False
    pulse: bool = False

    def behind(self, words: str) -> Self:
        """The same with these words before its text."""
        return replace(self, text=f"{words}{self.text}")
