"""The frames of a stream, and what DingTalk is answered to them."""

import json
from dataclasses import dataclass, field
from typing import Any

PING, DISCONNECT, EVENTS = "ping", "disconnect", "*"
ROBOT, CARD = "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`kind` is SYSTEM, EVENT or CALLBACK; `event` is what happened, in an EVENT."""

    kind: str
    topic: str
    message_id: str
    event: str = ""
    data: Json = field(default_factory=dict)


def read_frame(text: str | bytes) -> Frame | None:
    """None for what is none."""
    raw = read_object(text)
    if raw is None or not isinstance(raw.get("headers"), dict):
        return None
    headers = raw["headers"]
    found = (raw.get("type"), headers.get("topic"), headers.get("messageId"))
    kind, topic, message_id = (each if isinstance(each, str) else "" for each in found)
    data = raw.get("data")
    event = headers.get("eventType")
    return Frame(
        kind=kind,
        topic=topic,
        message_id=message_id,
        event=event if isinstance(event, str) else "",
        data=(read_object(data) if isinstance(data, str) else None) or {},
    )


def read_object(text: str | bytes) -> Json | None:
    """A JSON object, None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def acknowledged(frame: Frame, data: Json, *, code: int = 200, message: str = "OK") -> str:
    headers = {"messageId": frame.message_id, "contentType": "application/json"}
    said = {"code": code, "headers": headers, "message": message, "data": json.dumps(data)}
    return json.dumps(said)
