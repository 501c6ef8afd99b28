"""Addresses that the robot writes to without a token: a chat's sessionWebhook, a custom robot."""

import json
from typing import Any

from tests.emulators.dingtalk import errors
from tests.emulators.dingtalk.call import Call
from tests.emulators.dingtalk.cards import Button
from tests.emulators.dingtalk.errors import OldError
from tests.emulators.dingtalk.methods.robot import show
from tests.emulators.dingtalk.signing import signature
from tests.emulators.dingtalk.world import Robot

Json = dict[str, Any]
MOST_BODY, SKEW = 20_000, 3_600_000
_OK = {"errcode": 0, "errmsg": "ok"}


def _by_session(call: Call) -> Json:
    session = call.world.sessions.get(call.query.get("session", ""))
    if session is None or session.expires <= call.world.clock.ticks():
        raise OldError(errors.NO_SUCH_TOKEN, "token is not exist")
    show(call, session.chat, "", _read(call), **_mentioned(call))
    return _OK


def _by_custom_robot(call: Call) -> Json:
    robot = call.world.robots.get(call.query.get("access_token", ""))
    if robot is None:
        raise OldError(errors.NO_SUCH_TOKEN, "token is not exist")
    _check_security(call, robot)
    content = _read(call)
    call.world.quotas.take_custom(robot.access_token)
    show(call, robot.chat, "", content, **_mentioned(call))
    return _OK


def _check_security(call: Call, robot: Robot) -> None:
    """Raises 310000."""
    if robot.secret:
        timestamp, now = call.query.get("timestamp", ""), call.world.clock.exact() * 1000
        if not timestamp.isdigit() or abs(now - int(timestamp)) > SKEW:
            raise OldError(errors.SECURITY, "invalid timestamp")
        if call.query.get("sign") != signature(timestamp, robot.secret):
            raise OldError(errors.SECURITY, "sign not match")
    said = json.dumps(call.body, ensure_ascii=False)
    if robot.keywords and not any(word in said for word in robot.keywords):
        raise OldError(errors.SECURITY, "keywords not in content")


def _read(call: Call) -> Json:
    """The fields of Shown. Raises what the old API says to a wrong message."""
    if len(call.raw) > MOST_BODY:
        raise OldError(errors.TOO_LONG, f"message too long, exceed {MOST_BODY} bytes")
    kind = call.body.get("msgtype")
    content = call.body.get(kind) if isinstance(kind, str) else None
    if kind not in _KINDS or not isinstance(content, dict):
        raise OldError(errors.PARAMETER, f"不合法的参数: msgtype {kind!r}")
    return _KINDS[kind](content)


def _fields(content: Json, *names: str) -> Json:
    for name in names:
        if not isinstance(content.get(name), str) or not content[name]:
            raise OldError(errors.PARAMETER, f"缺少参数 {name}")
    return {name: content[name] for name in names}


def _text(content: Json) -> Json:
    return {"kind": "text", "text": _fields(content, "content")["content"]}


def _markdown(content: Json) -> Json:
    return {"kind": "markdown", **_fields(content, "title", "text")}


def _link(content: Json) -> Json:
    given = _fields(content, "title", "text", "messageUrl")
    return {"kind": "link", "url": given.pop("messageUrl"), **given}


def _action_card(content: Json) -> Json:
    given = _fields(content, "title", "text")
    listed = content.get("btns")
    if listed is None:
        single = _fields(content, "singleTitle", "singleURL")
        listed = [{"title": single["singleTitle"], "actionURL": single["singleURL"]}]
    buttons = [_fields(each, "title", "actionURL") for each in listed]
    return {
        "kind": "action_card", **given,
        "buttons": tuple(Button(each["title"], url=each["actionURL"]) for each in buttons),
    }  # fmt: skip


def _feed_card(content: Json) -> Json:
    links = [_fields(each, "title", "messageURL", "picURL") for each in content.get("links", [])]
    if not links:
        raise OldError(errors.PARAMETER, "缺少参数 links")
    buttons = tuple(Button(each["title"], url=each["messageURL"]) for each in links)
    return {"kind": "feed_card", "title": links[0]["title"], "buttons": buttons}


_KINDS = {
    "text": _text, "markdown": _markdown, "link": _link, "actionCard": _action_card,
    "feedCard": _feed_card,
}  # fmt: skip


def _mentioned(call: Call) -> Json:
    at = call.body.get("at", {})
    users = at.get("atUserIds") or [] if isinstance(at, dict) else None
    if not isinstance(users, list) or not all(isinstance(user, str) for user in users):
        raise OldError(errors.PARAMETER, "不合法的参数: at")
    return {"at": tuple(users), "at_all": bool(at.get("isAtAll"))}


OLD = {
    ("POST", "/robot/sendBySession"): _by_session,
    ("POST", "/robot/send"): _by_custom_robot,
}
