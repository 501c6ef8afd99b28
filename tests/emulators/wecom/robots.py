"""Group robots, called by their key."""

import hashlib
from base64 import b64decode
from binascii import Error

from tests.emulators.wecom.call import Call, Json, Route
from tests.emulators.wecom.errors import ApiError
from tests.emulators.wecom.media import keep
from tests.emulators.wecom.world import Robot

_TEXTS = {"text": 2_048, "markdown": 4_096, "markdown_v2": 4_096}
_MAX_PICTURE = 2_000_000
_PER_MINUTE = 20


def say(call: Call) -> Json:
    robot = _robot(call)
    kind = call.text("msgtype")
    content = call.body.get(kind)
    if kind not in (*_TEXTS, "image", "file", "voice"):
        raise ApiError(40008)
    if not isinstance(content, dict):
        raise ApiError(40058, kind)
    if kind in _TEXTS:
        _check_text(content, _TEXTS[kind])
    elif kind == "image":
        _check_picture(content)
    elif call.world.stored(str(content.get("media_id"))).kind != kind:
        raise ApiError(40007)
    _count(call, robot)
    call.record(f"robot:{robot.key}", type=kind, content=content)
    robot.messages.append({"type": kind, **content})
    return {}


def upload(call: Call) -> Json:
    _robot(call)
    return keep(call, call.query.get("type", ""), ("file", "voice"))


def _robot(call: Call) -> Robot:
    robot = call.world.robots.get(call.query.get("key", ""))
    if robot is None:
        raise ApiError(93000)
    if robot.disabled:
        raise ApiError(93004)
    return robot


def _check_text(content: Json, most: int) -> None:
    said = content.get("content")
    if not isinstance(said, str):
        raise ApiError(40058, "content")
    if not said:
        raise ApiError(44004)
    if len(said.encode()) > most:
        raise ApiError(45002)


def _check_picture(content: Json) -> None:
    try:
        picture = b64decode(str(content.get("base64", "")), validate=True)
    except Error:
        raise ApiError(40058, "base64") from None
    if len(picture) > _MAX_PICTURE:
        raise ApiError(93018)
    if hashlib.md5(picture).hexdigest() != content.get("md5"):
        raise ApiError(40058, "md5")


def _count(call: Call, robot: Robot) -> None:
    now = call.world.clock.ticks()
    if call.world.flood and len([at for at in robot.sent if now - at < 60]) >= _PER_MINUTE:
        raise ApiError(45009)
    robot.sent.append(now)


ROBOTS = {
    "webhook/send": Route(handler=say, token=False),
    "webhook/upload_media": Route(handler=upload, token=False),
}
