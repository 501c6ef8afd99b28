"""The frames of the long connection, and what WeCom's refusals of them mean."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

from bot.channels.wecom.errors import Refused, refusal
from bot.errors import Closed, NotDelivered
from config.errors import AppError

Json = dict[str, Any]

NO_SUCH_REQUEST, STREAM_EXPIRED, NOT_SUBSCRIBED = 846605, 846608, 846609
# What a bot that is not known, or has another secret, is told.
NOT_KNOWN = (853000, 93019, 40058)
# Nobody is at this address, or the bot was taken out of the group.
_NOBODY_THERE = (40003, 60111, 81013, 86003, 93006)


class Command(StrEnum):
    subscribe = "aibot_subscribe"
    ping = "ping"
    message = "aibot_msg_callback"
    event = "aibot_event_callback"
    respond = "aibot_respond_msg"
    welcome = "aibot_respond_welcome_msg"
    update = "aibot_respond_update_msg"
    send = "aibot_send_msg"
    upload_init = "aibot_upload_media_init"
    upload_chunk = "aibot_upload_media_chunk"
    upload_finish = "aibot_upload_media_finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`command` is empty for a confirmation, which has an `errcode`."""

    command: str
    request: str
    body: Json
    errcode: int = 0
    errmsg: str = ""


def new_request(command: Command) -> str:
    return f"{command}_{uuid4().hex}"


def written(command: Command, request: str, body: Json | None) -> str:
    frame: Json = {"cmd": command, "headers": {"req_id": request}}
    return json.dumps(frame if body is None else frame | {"body": body}, ensure_ascii=False)


def read_frame(text: str | bytes) -> Frame | None:
    """None when it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("headers"), dict):
        return None
    body, code = data.get("body"), data.get("errcode", 0)
    return Frame(
        command=str(data.get("cmd") or ""),
        request=str(data["headers"].get("req_id", "")),
        body=body if isinstance(body, dict) else {},
        errcode=code if isinstance(code, int) else -1,
        errmsg=str(data.get("errmsg", "")),
    )


def refused(frame: Frame) -> AppError:
    """What a confirmation with an errcode means for the frame that it names."""
    if frame.errcode == NOT_SUBSCRIBED:
        return NotDelivered("WeCom 846609: the connection is not subscribed any more")
    error = refusal(frame.errcode, frame.errmsg)
    if isinstance(error, Refused) and error.code in _NOBODY_THERE:
        return Closed(str(error))
    return error
