"""Files: what people sent, by its downloadCode; what the bot uploads, by its mediaId."""

from typing import Any
from uuid import uuid4

from tests.emulators.dingtalk import errors
from tests.emulators.dingtalk.call import Call
from tests.emulators.dingtalk.errors import OldError, invalid
from tests.emulators.dingtalk.world import LINK_LIFE

Json = dict[str, Any]
MEGABYTE = 1024 * 1024
# The greatest size of an upload by its type.
MOST = {
    "image": 20 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 20 * MEGABYTE, "file": 20 * MEGABYTE,
}  # fmt: skip


def _download(call: Call) -> Json:
    if call.text("robotCode") != call.world.robot_code:
        raise invalid("robotCode.auth", "this app may not use the robot")
    stored = call.world.files.get(call.text("downloadCode"))
    if stored is None or stored.code.startswith("@"):
        raise invalid("downloadCode.invalid", "the downloadCode is unknown or expired")
    link = uuid4().hex
    call.world.links[link] = (stored, call.world.clock.ticks() + LINK_LIFE)
    return {"downloadUrl": f"{call.world.url}/storage/{link}?Signature={uuid4().hex}"}


def _upload(call: Call) -> Json:
    kind = call.query.get("type") or call.form.text("type")
    media = call.form.files.get("media")
    if kind not in MOST:
        raise OldError(40004, "不合法的媒体文件类型")
    if media is None or not media.content:
        raise OldError(errors.PARAMETER, "不合法的参数: media is missing")
    if len(media.content) > MOST[kind]:
        raise OldError(40009, "不合法的文件大小")
    stored = call.world.store("@l", media.name, media.content, kind)
    now = int(call.world.clock.exact() * 1000)
    return {
        "errcode": 0, "errmsg": "ok", "type": kind, "media_id": stored.code, "created_at": now,
    }  # fmt: skip


NEW = {("POST", "/v1.0/robot/messageFiles/download"): _download}
OLD = {("POST", "/media/upload"): _upload}
