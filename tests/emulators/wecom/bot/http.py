"""HTTP of the emulator: the encrypted files of people, and the control paths.

POST /__emu__/<action> takes one JSON object; GET /__emu__/<view>?… reads.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from tests.emulators.telegram.wire import Answer, Message, Receive, Send, answer, read_body
from tests.emulators.wecom.bot.world import MEDIA_FOR, Shown

if TYPE_CHECKING:
    from tests.emulators.wecom.bot.server import WecomBotEmulator

Json = dict[str, Any]


class Http:
    def __init__(self, emulator: "WecomBotEmulator") -> None:
        self._emulator = emulator
        self._actions: dict[str, Callable[[Json], object]] = {
            "say": lambda asked: self._person(asked).says(
                asked["text"], group=asked.get("group", "")
            ),
            "file": lambda asked: self._person(asked).sends_file(
                asked["name"], base64.b64decode(asked["base64"]), asked.get("kind", "file")
            ),
            "press": lambda asked: self._person(asked).presses(asked["label"]),
            "enter": lambda asked: self._person(asked).enters(),
            "fault": lambda asked: asdict(emulator.fault(**asked)),
            "clear_faults": lambda asked: emulator.faults.planned.clear(),
            "kick": lambda asked: emulator.kick(),
            "invalidate": lambda asked: emulator.socket.invalidate(),
            "advance": lambda asked: emulator.clock.advance(asked["seconds"]),
        }
        self._views: dict[str, Callable[[Json], object]] = {
            "shown": lambda asked: [_seen(each) for each in emulator.shown(asked["chat"])],
            "ledger": lambda asked: emulator.ledger.entries[int(asked.get("since", 0)) :],
            "connected": lambda asked: emulator.socket.subscribed is not None,
        }

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        path, query = str(scope["path"]), dict(parse_qsl(scope["query_string"].decode()))
        if path.startswith("/media/"):
            await answer(send, self._file(path.removeprefix("/media/"), query))
        elif path == "/cgi-bin/aibot/response" and self._emulator.caller is not None:
            posted = self._emulator.caller.respond(query.get("response_code", ""), json.loads(body))
            await answer(send, Answer(200, json.dumps(posted).encode()))
        elif path.startswith("/__emu__/"):
            name = path.removeprefix("/__emu__/")
            known = self._views if scope["method"] == "GET" else self._actions
            if name not in known:
                await answer(send, Answer(404, b"{}"))
                return
            asked = query if scope["method"] == "GET" else json.loads(body or b"{}")
            said = json.dumps(known[name](asked), ensure_ascii=False, default=str)
            await answer(send, Answer(200, said.encode()))
        else:
            await answer(send, Answer(404, b"{}"))

    def _file(self, id_: str, query: Json) -> Answer:
        emulator = self._emulator
        media = emulator.world.media.get(id_)
        if media is None or query.get("sign") != "secret":
            return Answer(404, b"{}")
        if emulator.clock.ticks() - media.began > MEDIA_FOR:
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", b"application/xml")
        # In URL mode all files are encrypted with the bot's own key.
        key = base64.b64decode(f"{emulator.aes_key}=") if emulator.aes_key else None
        disposition = f"attachment; filename*=UTF-8''{quote(media.name)}".encode()
        return Answer(
            200, emulator.world.encrypted(id_, key), b"application/octet-stream",
            [(b"content-disposition", disposition)],
        )  # fmt: skip

    def _person(self, asked: Json) -> Any:
        return self._emulator.user(asked["user"])


def _seen(message: Shown) -> Json:
    return {name: value for name, value in asdict(message).items() if name != "data"}
