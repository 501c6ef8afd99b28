"""Everything that exists in the emulator: chats and what is shown in them, requests, media."""

import base64
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.emulators.telegram.clock import Clock

Json = dict[str, Any]

ANSWER_WITHIN, COURTESY_WITHIN, STREAM_FOR, MEDIA_FOR = 24 * 3600.0, 5.0, 360.0, 300.0
_MINUTE, _HOUR = (30, 60.0), (1_000, 3600.0)


class Refusal(Exception):
    """The errcode that the client gets, and what is said to it."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"{code} {said}")
        self.code, self.said = code, said


@dataclass(kw_only=True)
class Shown:
    """A message of the bot as people see it; kind: stream, text, markdown, template_card, image,
    file, voice or video. `id` is its stream or task; `request` is what sent it, of a message."""

    kind: str
    id: str = ""
    request: str = ""
    content: str = ""
    finished: bool = True
    card: Json = field(default_factory=dict)
    name: str = ""
    data: bytes = b""
    began: float = 0.0

    @property
    def labels(self) -> list[str]:
        return [button["text"] for button in self.card.get("button_list", [])]


@dataclass(kw_only=True)
class Request:
    """What a req_id stands for; kind: message, enter_chat, template_card_event …"""

    kind: str
    chat: str
    began: float
    task: str = ""
    used: bool = False


@dataclass(kw_only=True)
class Media:
    """A file of a person, or an upload of the bot; `data` is plain."""

    kind: str
    name: str
    data: bytes
    began: float
    key: bytes = b""


@dataclass(kw_only=True)
class Upload:
    kind: str
    name: str
    size: int
    chunks: dict[int, bytes]
    total: int
    md5: str


class World:
    """Chats are userids, or `group:` and a chatid. `flood` 0: no limits."""

    def __init__(self, clock: Clock, flood: float) -> None:
        self.clock = clock
        self.flood = flood
        self.chats: dict[str, list[Shown]] = {}
        self.requests: dict[str, Request] = {}
        self.media: dict[str, Media] = {}
        self.uploads: dict[str, Upload] = {}
        self.tasks: set[str] = set()
        self._said: dict[str, deque[float]] = {}

    def open(self, chat: str) -> None:
        self.chats.setdefault(chat, [])

    def place(self, body: Json) -> str:
        """The chat that a message of the bot goes to: it must have begun. Raises Refusal."""
        chatid, kind = body.get("chatid"), body.get("chat_type", 0)
        if not isinstance(chatid, str) or not chatid or kind not in (0, 1, 2):
            raise Refusal(40058, "invalid request parameter: chatid")
        found = [f"group:{chatid}", chatid] if kind == 0 else [chatid]
        found = [f"group:{chatid}"] if kind == 2 else found
        for chat in found:
            if chat in self.chats:
                return chat
        raise Refusal(93006 if kind == 2 else 40003, "invalid chatid or userid")

    def spend(self, chat: str) -> None:
        """One message of the conversation's limits. Raises Refusal."""
        now = self.clock.ticks()
        said = self._said.setdefault(chat, deque())
        while said and now - said[0] > _HOUR[1]:
            said.popleft()
        for most, seconds in (_MINUTE, _HOUR) if self.flood else ():
            if sum(now - at < seconds for at in said) >= most:
                raise Refusal(45009, "api freq out of limit")
        said.append(now)

    def request(self, kind: str, chat: str, task: str = "") -> str:
        request = f"req{secrets.token_hex(12)}"
        self.requests[request] = Request(kind=kind, chat=chat, began=self.clock.ticks(), task=task)
        return request

    def asked(self, request: str, *kinds: str, within: float) -> Request:
        """Raises Refusal."""
        found = self.requests.get(request)
        if found is None or found.kind not in kinds:
            raise Refusal(846605, "invalid req_id")
        if self.clock.ticks() - found.began > within:
            raise Refusal(846605, "invalid req_id: expired")
        return found

    def stream(self, chat: str, id_: str) -> Shown | None:
        messages = self.chats.get(chat, [])
        return next((each for each in messages if each.kind == "stream" and each.id == id_), None)

    def show(self, chat: str, message: Shown) -> None:
        message.began = self.clock.ticks()
        self.chats.setdefault(chat, []).append(message)

    def keep(self, kind: str, name: str, data: bytes) -> str:
        """A person's file; returns the path that it lies at."""
        id_ = secrets.token_hex(8)
        self.media[id_] = Media(
            kind=kind, name=name, data=data, began=self.clock.ticks(), key=secrets.token_bytes(32)
        )
        return id_

    def encrypted(self, id_: str, key: bytes | None = None) -> bytes:
        media = self.media[id_]
        key = key or media.key
        padding = 32 - len(media.data) % 32
        encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
        return encryptor.update(media.data + bytes([padding]) * padding) + encryptor.finalize()

    def key_of(self, id_: str) -> str:
        return base64.b64encode(self.media[id_].key).decode()
