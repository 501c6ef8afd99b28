"""What the customers of 微信客服, its people and itself told, as our events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.messages import (
    Address,
    Event,
    HumanServes,
    InboundMessage,
    RemoteFile,
    SendFailed,
    StaffSaid,
)

NAME = "wecom_kf"

Json = Mapping[str, Any]

_CUSTOMER, _SYSTEM, _STAFF = 3, 4, 5
_SESSION_ENDED = 3
_MOST_ID_LETTERS = 128
_FILES = {
    "image": (".jpg", "image/jpeg"), "voice": (".amr", "audio/amr"), "video": (".mp4", "video/mp4"),
    "file": ("", "application/octet-stream"),
}  # fmt: skip
_FAILED = {
    0: "unknown", 1: "the account was deleted", 2: "the app is closed",
    4: "the customer was silent for 48 hours", 5: "the session has ended",
    6: "five messages since the customer's last one", 7: "the account is bound to no channel",
    8: "the company is not verified", 9: "neither verified nor bound to a channel",
    10: "the customer refuses messages",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A customer opened the chat; `code` lets us greet them, for 20 seconds from `at` (seconds
    since 1970)."""

    code: str
    at: float


def customer_of(message: Json) -> str:
    """Whose chat it happened in, empty when in none."""
    return _text_in(_whereabouts(message), "external_userid")


def sent_at(message: Json) -> float:
    """In seconds since 1970."""
    return _number(message, "send_time")


def happened(message: Json, name: str) -> Event | Entered | None:
    """`name` is what the customer calls themselves. None for what is none of our business."""
    where = _whereabouts(message)
    account, customer = _text_in(where, "open_kfid"), _text_in(where, "external_userid")
    external_id = _text_in(message, "msgid")[:_MOST_ID_LETTERS]
    if not (account and customer and external_id):
        return None
    address = Address(channel=NAME, bot=account, chat=customer)
    match message.get("origin"):
        case origin if origin == _CUSTOMER:
            return _said(message, address, external_id, name)
        case origin if origin == _STAFF:
            return StaffSaid(
                external_id=external_id, address=address, text=_words(message) or f"[{_kind(message)}]",
                name=_text_in(message, "servicer_userid"),
            )  # fmt: skip
        case origin if origin == _SYSTEM:
            return _changed(message, address)
        case _:
            return None


def _whereabouts(message: Json) -> Json:
    """Events hold these fields inside."""
    event = message.get("event")
    return event if isinstance(event, dict) else message


def _said(message: Json, address: Address, external_id: str, name: str) -> InboundMessage:
    file = _file(message, external_id)
    text = _words(message)
    pressed = _text_in(_content(message), "menu_id") if _kind(message) == "text" else ""
    return InboundMessage(
        external_id=external_id, address=address, sender_id=address.chat, sender_name=name,
        text=text if text or file else f"[{_kind(message)}]",
        files=(file,) if file else (), pressed=pressed or None, reply_token=external_id,
    )  # fmt: skip


def _changed(message: Json, address: Address) -> Event | Entered | None:
    event = _whereabouts(message)
    match event.get("event_type"):
        case "enter_session":
            code = _text_in(event, "welcome_code")
            return Entered(code=code, at=sent_at(message)) if code else None
        case "session_status_change":
            ended = event.get("change_type") == _SESSION_ENDED
            return HumanServes(address=address, begins=not ended)
        case "msg_send_fail":
            kind = int(_number(event, "fail_type"))
            return SendFailed(
                external_id=_text_in(event, "fail_msgid"), address=address,
                reason=_FAILED.get(kind, f"fail_type {kind}"),
            )  # fmt: skip
        case _:
            return None


def _words(message: Json) -> str:
    content = _content(message)
    match _kind(message):
        case "text":
            return _text_in(content, "content")
        case "location":
            at = f"({_number(content, 'latitude'):g}, {_number(content, 'longitude'):g})"
            named = (_text_in(content, name) for name in ("name", "address"))
            return " ".join(part for part in (*named, at) if part)
        case "link":
            parts = (_text_in(content, name) for name in ("title", "desc", "url"))
            return "\n".join(part for part in parts if part)
        case _:
            return _text_in(content, "title")


def _file(message: Json, external_id: str) -> RemoteFile | None:
    media_id, kind = _text_in(_content(message), "media_id"), _kind(message)
    if not media_id or kind not in _FILES:
        return None
    ending, media_type = _FILES[kind]
    name = f"{kind}-{external_id[-8:]}{ending}"
    return RemoteFile(name=name, media_type=media_type, remote=media_id)


def _kind(message: Json) -> str:
    return _text_in(message, "msgtype")


def _content(message: Json) -> Json:
    content = message.get(_kind(message))
    return content if isinstance(content, dict) else {}


def _text_in(fields: Json, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _number(fields: Json, name: str) -> float:
    value = fields.get(name)
    return float(value) if isinstance(value, (int, float)) else 0.0
