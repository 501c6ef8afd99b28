"""The handlers of both APIs, by (old API, HTTP method, path)."""

from collections.abc import Callable
from typing import Any

from tests.emulators.dingtalk.call import Call
from tests.emulators.dingtalk.methods import access, cards, files, robot, webhooks
from tests.emulators.telegram.wire import Answer

Handler = Callable[[Call], dict[str, Any] | Answer]

HANDLERS: dict[tuple[bool, str, str], Handler] = {
    **{(False, *at): handler for module in (access, cards, files, robot)
       for at, handler in module.NEW.items()},
    **{(True, *at): handler for module in (access, files, webhooks)
       for at, handler in module.OLD.items()},
}  # fmt: skip
# Those that authenticate otherwise.
WITHOUT_TOKEN = frozenset(
    {
        "/v1.0/gateway/connections/open", "/v1.0/oauth2/accessToken", "/gettoken",
        "/robot/sendBySession", "/robot/send",
    }
)  # fmt: skip
