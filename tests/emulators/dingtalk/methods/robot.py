"""The robot: sending to persons and groups, recalling, who has read it."""

from typing import Any
from uuid import uuid4

from tests.emulators.dingtalk.call import Call
from tests.emulators.dingtalk.errors import invalid
from tests.emulators.dingtalk.faults import Kind
from tests.emulators.dingtalk.templates import read_message
from tests.emulators.dingtalk.world import Chat, Shown

Json = dict[str, Any]
MOST_USERS = 20


def _send_to_persons(call: Call) -> Json:
    _require_robot(call, call.body.get("robotCode"))
    users = _user_ids(call)
    content = read_message(call.world, call.body.get("msgKey"), call.body.get("msgParam"))
    controlled = users[:1] if call.struck(Kind.flow_controlled) else []
    refused = users[:1] if call.struck(Kind.invalid_staff) else []
    left = [user for user in users if user not in controlled and user not in refused]
    key = uuid4().hex
    for user_id in left:
        if user := call.world.staff(user_id):
            show(call, call.world.dialog(user), key, content)
        else:
            refused.append(user_id)
    return {
        "processQueryKey": key, "invalidStaffIdList": refused,
        "flowControlledStaffIdList": controlled,
    }  # fmt: skip


def _send_to_group(call: Call) -> Json:
    _require_robot(call, call.body.get("robotCode"))
    chat = _group(call)
    content = read_message(call.world, call.body.get("msgKey"), call.body.get("msgParam"))
    key = uuid4().hex
    show(call, chat, key, content)
    return {"processQueryKey": key}


def show(call: Call, chat: Chat, key: str, content: Json, **more: Any) -> None:
    """Puts the message where people see it."""
    post = Shown(n=next(call.world.numbers), by=call.path, key=key, **content, **more)
    chat.posts.append(post)
    call.wrote(chat.id, post.text or post.title or post.url, key)


def _recall_from_persons(call: Call) -> Json:
    _require_robot(call, call.body.get("robotCode"))
    dialogs = [chat for chat in call.world.chats.values() if not chat.group]
    return _recall(call, dialogs)


def _recall_from_group(call: Call) -> Json:
    _require_robot(call, call.body.get("robotCode"))
    return _recall(call, [_group(call)])


def _recall(call: Call, chats: list[Chat]) -> Json:
    keys = call.body.get("processQueryKeys")
    if not isinstance(keys, list) or not keys:
        raise invalid("processQueryKeys.empty", "processQueryKeys is empty")
    recalled, failed = [], {}
    for key in keys:
        gone = [chat for chat in chats if chat.recall(key)]
        for chat in gone:
            call.wrote(chat.id, "", key)
        if gone:
            recalled.append(key)
        else:
            failed[key] = "消息不存在"
    return {"successResult": recalled, "failedResult": failed}


def _read_status(call: Call) -> Json:
    _require_robot(call, call.query.get("robotCode"))
    key = call.query.get("processQueryKey", "")
    readers = [
        {"name": call.world.users[chat.id].nick, "userId": chat.id,
         "readStatus": "READ" if key in chat.read_by else "UNREAD"}
        for chat in call.world.chats.values()
        if not chat.group and any(post.key == key for post in chat.posts)
    ]  # fmt: skip
    if not readers:
        raise invalid("processQueryKey.invalid", "no such message")
    return {"sendStatus": "SUCCESS", "messageReadInfoList": readers}


def _require_robot(call: Call, given: Any) -> None:
    if given in (None, ""):
        raise invalid("robotCode.empty", "robotCode is empty")
    if given != call.world.robot_code:
        raise invalid("robotCode.auth", "this app may not use the robot")


def _user_ids(call: Call) -> list[str]:
    users = call.body.get("userIds")
    if not users:
        raise invalid("userIds.empty", "userIds is empty")
    if not isinstance(users, list) or not all(isinstance(user, str) and user for user in users):
        raise invalid("userIds.invalid", "userIds must be a list of staff ids")
    if len(users) > MOST_USERS:
        raise invalid("userIds.overMax", f"userIds has more than {MOST_USERS} entries")
    return users


def _group(call: Call) -> Chat:
    found = call.world.chats.get(str(call.body.get("openConversationId")))
    if found is None or not found.group or not found.has_robot:
        raise invalid("openConversationId.invalid", "no such group, or the robot is not in it")
    return found


NEW = {
    ("POST", "/v1.0/robot/oToMessages/batchSend"): _send_to_persons,
    ("POST", "/v1.0/robot/groupMessages/send"): _send_to_group,
    ("POST", "/v1.0/robot/otoMessages/batchRecall"): _recall_from_persons,
    ("POST", "/v1.0/robot/groupMessages/recall"): _recall_from_group,
    ("GET", "/v1.0/robot/oToMessages/readStatus"): _read_status,
}
