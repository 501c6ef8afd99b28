"""Frames of the stream, and pushes: what is to reach the bot, however often it is sent."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.dingtalk.cards import Card

Json = dict[str, Any]

MESSAGES, CALLBACKS = "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"


@dataclass(kw_only=True, eq=False)
class Push:
    """state: waiting (no connection takes it), sent, acked or given_up. `answer` is the data of
    the acknowledgement, `message_ids` one for each time that it was sent."""

    type: str  # CALLBACK or EVENT
    topic: str
    msg_id: str
    data: Json
    chat: str = ""
    text: str = ""
    headers: Json = field(default_factory=dict)
    repeats: bool = True  # sent again when it is not acknowledged
    state: str = "waiting"
    answer: Json | None = None
    message_ids: list[str] = field(default_factory=list)
    after: int = 0  # the number of what the robot had shown last
    about: Card | None = None  # which a button was pressed on
    send_again: Callable[["Push"], None] = field(default=lambda push: None, repr=False)

    def again(self) -> None:
        """Sends it once more, acknowledged or not."""
        self.send_again(self)

    def summary(self) -> Json:
        return {"topic": self.topic, "msg_id": self.msg_id, "chat": self.chat, "text": self.text}


def frame(type_: str, topic: str, message_id: str, data: Json, **headers: str) -> str:
    known = {"topic": topic, "messageId": message_id, "contentType": "application/json"}
    return json.dumps(
        {
            "specVersion": "1.0", "type": type_, "headers": {**known, **headers},
            "data": json.dumps(data, ensure_ascii=False),
        },
        ensure_ascii=False,
    )  # fmt: skip


class WrongAck(Exception):
    """A frame of the bot that is no correct acknowledgement; says why."""


@dataclass(frozen=True, slots=True)
class Ack:
    message_id: str
    code: int
    data: Json


def read_ack(text: str) -> Ack:
    """Raises WrongAck."""
    body = _parsed(text)
    if not isinstance(body, dict) or not isinstance(body.get("headers"), dict):
        raise WrongAck("an acknowledgement is an object with headers")
    code, headers, written = body.get("code"), body["headers"], body.get("data")
    if not isinstance(code, int):
        raise WrongAck(f"code must be a number, not {code!r}")
    if headers.get("contentType") != "application/json":
        raise WrongAck("headers.contentType must be application/json")
    if not isinstance(headers.get("messageId"), str):
        raise WrongAck("headers.messageId is missing")
    if not isinstance(written, str):
        raise WrongAck("data must be a string with JSON")
    data = _parsed(written)
    return Ack(headers["messageId"], code, data if isinstance(data, dict) else {"data": data})


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise WrongAck(f"this is no JSON: {text[:80]!r}") from None
