"""Command menus by scope and language."""

import re
from typing import Any

from tests.emulators.telegram.call import Call, Json
from tests.emulators.telegram.errors import bad_request

Key = tuple[str, int, int, str]

_SCOPES = frozenset(
    {
        "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat",
        "chat_administrators", "chat_member",
    }
)  # fmt: skip


def set_my_commands(call: Call) -> bool:
    commands = call.given.nested("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    call.bot.menus[_key(call)] = [_command(command) for command in commands]
    return True


def get_my_commands(call: Call) -> list[Json]:
    return call.bot.menus.get(_key(call), [])


def delete_my_commands(call: Call) -> bool:
    call.bot.menus.pop(_key(call), None)
    return True


def _command(command: Any) -> Json:
    name = str(command.get("command", "")).removeprefix("/")
    description = str(command.get("description", ""))
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _key(call: Call) -> Key:
    scope = call.given.nested("scope", "BotCommandScope") or {"type": "default"}
    language = call.given.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("LANG_CODE_INVALID")
    kind = scope.get("type")
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if not kind.startswith("chat"):
        return kind, 0, 0, language
    room = call.world.room(call.bot, str(scope.get("chat_id", "")))
    call.chat = room.id
    user = int(scope.get("user_id", 0)) if kind == "chat_member" else 0
    if kind == "chat_member" and user not in call.world.users:
        raise bad_request("user not found")
    return kind, room.id, user, language


METHODS = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
}
