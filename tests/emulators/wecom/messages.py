"""Messages of an app to members: sent, taken back, changed."""

import json
from collections import Counter
from typing import Any
from uuid import uuid4

from tests.emulators.wecom.call import Call, Json, Route
from tests.emulators.wecom.cards import check_card, update
from tests.emulators.wecom.errors import ApiError
from tests.emulators.wecom.world import Shown

_MAX_TEXT = 2_048
_MOST_USERS = 1_000
_RECALL = 24 * 3_600
_LIMITS = ((30, 60.0), (1_000, 3_600.0))
_MEDIA = ("image", "voice", "video", "file")
_KNOWN = {
    "touser", "toparty", "totag", "msgtype", "agentid", "safe", "enable_id_trans",
    "enable_duplicate_check", "duplicate_check_interval",
}  # fmt: skip


def send(call: Call) -> Json:
    kind, content = _checked(call)
    reached, invalid = _receivers(call)
    if not reached:
        raise ApiError(81013)
    licensed = [user for user in reached if user not in call.ours.unlicensed]
    msgid, fresh = _identity(call, kind, content)
    codes = [_show(call, user, kind, content, msgid, fresh=fresh) for user in licensed]
    if kind == "template_card":
        call.world.tasks.add((call.ours.agent_id, content["task_id"]))
    answer = {"invaliduser": "|".join(invalid), "invalidparty": "", "invalidtag": ""}
    answer |= {"unlicenseduser": "|".join(sorted(set(reached) - set(licensed))), "msgid": msgid}
    if kind == "template_card" and codes:
        answer["response_code"] = codes[0]
    return answer


def recall(call: Call) -> Json:
    found = [
        shown
        for screen in call.world.screens.values()
        for shown in screen
        if shown.msgid == call.text("msgid") and shown.agent_id == call.ours.agent_id
    ]
    if not found or call.world.clock.ticks() - found[0].ticks > _RECALL:
        raise ApiError(40058, "msgid")
    for shown in found:
        call.record(shown.to, msgid=shown.msgid)
        shown.recalled = True
    return {}


def agent(call: Call) -> Json:
    wanted = call.query.get("agentid", "")
    if not wanted.isdecimal() or int(wanted) not in call.world.apps:
        raise ApiError(40056)
    if int(wanted) != call.ours.agent_id:
        raise ApiError(301002)
    return {
        "agentid": call.ours.agent_id, "name": call.ours.name, "close": int(call.ours.closed),
        "square_logo_url": "", "description": "", "redirect_domain": "",
    }  # fmt: skip


def _checked(call: Call) -> tuple[str, Json]:
    """Type and content; raises what WeCom says to what it does not take."""
    kind = call.text("msgtype")
    if kind not in ("text", "markdown", "template_card", *_MEDIA):
        raise ApiError(40008)
    agent_id = call.body.get("agentid")
    if agent_id not in call.world.apps:
        raise ApiError(40056)
    if agent_id != call.ours.agent_id:
        raise ApiError(301002)
    if unknown := set(call.body) - _KNOWN - {kind}:
        raise ApiError(40058, f"{sorted(unknown)}")
    content = call.body.get(kind)
    if not isinstance(content, dict):
        raise ApiError(40058, kind)
    if kind in _MEDIA:
        if call.world.stored(str(content.get("media_id"))).kind != kind:
            raise ApiError(40007)
    elif kind == "template_card":
        if not _known_until(call, kind, content):
            check_card(call, content)
    else:
        _check_text(content)
    return kind, content


def _check_text(content: Json) -> None:
    said = content.get("content")
    if not isinstance(said, str):
        raise ApiError(40058, "content")
    if not said:
        raise ApiError(44004)
    if len(said.encode()) > _MAX_TEXT:
        raise ApiError(45002)


def _receivers(call: Call) -> tuple[list[str], list[str]]:
    """Whom it reaches, and who is none of the app's members."""
    if not any(call.text(name) for name in ("touser", "toparty", "totag")):
        raise ApiError(82001)
    wanted = [user for user in call.text("touser").split("|") if user]
    if len(wanted) > _MOST_USERS:
        raise ApiError(40058, "touser")
    seen = call.ours.members
    reached = [
        user for user in wanted if user in call.world.members and (seen is None or user in seen)
    ]
    return reached, [user for user in wanted if user not in reached]


def _name(call: Call, kind: str, content: Json) -> str:
    """What two messages have in common that are one to the duplicate check."""
    told = [call.ours.agent_id, call.text("touser"), kind, content]
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _known_until(call: Call, kind: str, content: Json) -> str | None:
    """The id of the same message, when it was sent a short while ago and that counts."""
    if not call.body.get("enable_duplicate_check"):
        return None
    msgid, until = call.world.recent.get(_name(call, kind, content), ("", 0.0))
    return msgid if until > call.world.clock.ticks() else None


def _identity(call: Call, kind: str, content: Json) -> tuple[str, bool]:
    """The id of the message, and whether it is a new one."""
    if known := _known_until(call, kind, content):
        return known, False
    msgid = f"msg{uuid4().hex}"
    if call.body.get("enable_duplicate_check"):
        interval = call.body.get("duplicate_check_interval", 1_800)
        if not isinstance(interval, int) or not 1 <= interval <= 14_400:
            raise ApiError(40058, "duplicate_check_interval")
        until = call.world.clock.ticks() + interval
        call.world.recent[_name(call, kind, content)] = (msgid, until)
    return msgid, True


def _show(call: Call, user: str, kind: str, content: Json, msgid: str, *, fresh: bool) -> str:
    """Returns the code that a card can be changed with."""
    outcome = "ok" if fresh else "known"
    if fresh and _too_many(call, user):
        outcome = "dropped"
    call.record(user, outcome, msgid=msgid, type=kind, content=content)
    if outcome != "ok":
        return uuid4().hex
    world = call.world
    shown = Shown(msgid, user, call.ours.agent_id, kind, content, world.clock.ticks())
    world.screen(user).append(shown)
    return world.new_code(shown) if kind == "template_card" else ""


def _too_many(call: Call, user: str) -> bool:
    if not call.world.flood:
        return False
    now = call.world.clock.ticks()
    ages = [now - shown.ticks for shown in call.world.screen(user)]
    counts: Counter[Any] = Counter()
    for most, seconds in _LIMITS:
        counts[most] = sum(age < seconds for age in ages)
    return any(counts[most] >= most * call.world.flood for most, _ in _LIMITS)


MESSAGES = {
    "message/send": Route(handler=send),
    "message/recall": Route(handler=recall),
    "message/update_template_card": Route(handler=update),
    "agent/get": Route(handler=agent, method="GET"),
}
