"""Cards with buttons: what they may look like, and what becomes of them."""

import re

from tests.emulators.wecom.call import Call, Json
from tests.emulators.wecom.errors import ApiError

_TASK = re.compile(r"[\w@-]{1,128}", re.ASCII)
_MOST_BUTTONS, _KEY_BYTES, _CODE_HOURS = 6, 1_024, 72


def check_card(call: Call, card: Json) -> None:
    """Raises 40058 for what is no card of buttons, or has a task id that the app had before."""
    known = {"card_type", "source", "main_title", "sub_title_text", "button_list", "task_id"}
    if card.get("card_type") != "button_interaction" or set(card) - known:
        raise ApiError(40058, f"card_type, {sorted(set(card) - known)}")
    if not card.get("main_title", {}).get("title") and not card.get("sub_title_text"):
        raise ApiError(40058, "main_title.title or sub_title_text")
    _check_buttons(card.get("button_list"))
    task = card.get("task_id")
    if not isinstance(task, str) or not _TASK.fullmatch(task):
        raise ApiError(40058, "task_id")
    if (call.ours.agent_id, task) in call.world.tasks:
        raise ApiError(40058, "task_id is not unique")


def update(call: Call) -> Json:
    """Once for each code, for those who have the card."""
    if call.body.get("agentid") != call.ours.agent_id:
        raise ApiError(40056)
    found = call.world.codes.pop(call.text("response_code"), None)
    if found is None or found[1] <= call.world.clock.ticks():
        raise ApiError(60140)
    shown, _ = found
    replaced = call.body.get("button", {}).get("replace_name")
    if not isinstance(replaced, str) or not replaced:
        raise ApiError(40058, "button.replace_name")
    users = call.body.get("userids")
    if not isinstance(users, list) or shown.to not in users:
        raise ApiError(40003)
    call.record(shown.to, msgid=shown.msgid, text=replaced)
    shown.chosen = replaced
    return {"invaliduser": []}


def _check_buttons(buttons: object) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST_BUTTONS:
        raise ApiError(40058, "button_list")
    for button in buttons:
        text, key = button.get("text"), button.get("key")
        if not text or not isinstance(text, str):
            raise ApiError(40058, "button_list.text")
        if not key or not isinstance(key, str) or len(key.encode()) > _KEY_BYTES:
            raise ApiError(40058, "button_list.key")
    if len({button["key"] for button in buttons}) < len(buttons):
        raise ApiError(40058, "button_list.key is not unique")
