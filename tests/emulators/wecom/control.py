"""The control paths: members, faults, tokens and the clock, moved by JSON over HTTP.

POST /__emu__/<action> takes one JSON object; GET /__emu__/<view>?… reads.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.emulators.telegram.wire import Answer, Message, Receive, Send, answer, read_body

if TYPE_CHECKING:
    from tests.emulators.wecom.members import Member
    from tests.emulators.wecom.server import WecomEmulator

Json = dict[str, Any]


class Control:
    def __init__(self, emulator: "WecomEmulator") -> None:
        self._emulator = emulator
        world = emulator.world
        self._actions: dict[str, Callable[[Json], Any]] = {
            "say": lambda asked: self._member(asked).says(asked["text"]),
            "file": self._file,
            "press": lambda asked: self._member(asked).presses(asked["button"]),
            "open": lambda asked: self._member(asked).opens(),
            "event": lambda asked: self._member(asked).does(asked["event"], **asked["fields"]),
            "calls": lambda asked: emulator.calls(asked["url"]),
            "fault": lambda asked: asdict(emulator.fault(**asked)),
            "clear_faults": lambda asked: world.faults.planned.clear(),
            "expire_tokens": lambda asked: world.tokens.expire(),
            "forget_tokens": lambda asked: world.tokens.forget(),
            "advance": lambda asked: emulator.clock.advance(float(asked["seconds"])),
        }
        self._views: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "screen": lambda asked: [asdict(each) for each in emulator.screen(asked["user"])],
            "robot": lambda asked: emulator.robot.messages,
            "ledger": lambda asked: emulator.ledger.entries[int(asked.get("since", 0)) :],
            "refusals": lambda asked: emulator.api.refusals[int(asked.get("since", 0)) :],
        }

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """400 with the reason for what cannot be done, 404 for what does not exist."""
        name = str(scope["path"]).removeprefix("/__emu__/").strip("/")
        try:
            if scope["method"] == "GET":
                result = self._views[name](dict(parse_qsl(scope["query_string"].decode())))
            else:
                result = self._actions[name](json.loads(await read_body(receive) or b"{}"))
        except (LookupError, ValueError, TypeError) as error:
            status = 404 if name not in self._actions | self._views else 400
            body = {"error": f"{type(error).__name__}: {error}"}
            await answer(send, Answer(status, json.dumps(body, ensure_ascii=False).encode()))
            return
        await answer(send, Answer(200, json.dumps(result, ensure_ascii=False).encode()))

    def _member(self, asked: Json) -> "Member":
        return self._emulator.member(asked["user"], asked.get("name", ""))

    def _file(self, asked: Json) -> str:
        """`content` is base64."""
        return self._member(asked).sends_file(asked["name"], base64.b64decode(asked["content"]))
