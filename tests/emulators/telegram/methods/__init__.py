"""The methods of the Bot API by name."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.methods import (
    account,
    albums,
    chats,
    editing,
    fetching,
    menus,
    queries,
    receiving,
    sending,
    streaming,
)

Handler = Callable[[Call], Any | Awaitable[Any]]

_MODULES = (
    account, albums, chats, editing, fetching, menus, queries, receiving, sending, streaming,
)  # fmt: skip

METHODS: dict[str, Handler] = {
    name.lower(): handler for module in _MODULES for name, handler in module.METHODS.items()
}
# Calls that change nothing which anybody can see.
SILENT = frozenset(
    {
        "getme", "getupdates", "setwebhook", "deletewebhook", "getwebhookinfo", "getmycommands",
        "getfile", "getchat", "getchatmember", "getchatmembercount", "getchatadministrators",
        "logout", "close",
    }
)  # fmt: skip
# What the body of a webhook's answer may not ask for.
NOT_IN_WEBHOOK = frozenset({"setwebhook", "deletewebhook", "close", "logout"})
