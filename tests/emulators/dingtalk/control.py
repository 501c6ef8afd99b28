"""The control paths: people, groups, faults and the clock, moved by JSON over HTTP.

POST /__emu__/<action> takes one JSON object, or an array of them; GET /__emu__/<view>?… reads.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.emulators.dingtalk.cards import Button
from tests.emulators.dingtalk.emulated import Emulated
from tests.emulators.dingtalk.frames import Push
from tests.emulators.dingtalk.people import Group, Person
from tests.emulators.dingtalk.world import Shown
from tests.emulators.telegram.wire import Answer, Message, Receive, Send, answer, read_body

Json = dict[str, Any]


class Control:
    def __init__(self, emulated: Emulated) -> None:
        self._emulated = emulated
        self._actions: dict[str, Callable[[Json], Any]] = {
            "user": lambda asked: {"sender_id": self._person(asked).user.sender_id},
            "group": lambda asked: emulated.group(asked["chat"], asked.get("title", "")).id,
            "say": self._say,
            "file": self._file,
            "press": self._press,
            "leave": lambda asked: self._person(asked).leaves(),
            "remove_robot": lambda asked: emulated.group(asked["chat"]).removes_the_robot(),
            "event": lambda asked: _pushed(emulated.event(asked["type"], asked.get("data", {}))),
            "again": self._again,
            "disconnect": lambda asked: emulated.disconnect(),
            "drop": lambda asked: emulated.drop(asked.get("code", 1006)),
            "expire_tokens": lambda asked: emulated.expire_tokens(),
            "expire_sessions": lambda asked: emulated.expire_sessions(),
            "post_to": lambda asked: emulated.post_to(asked["url"]),
            "custom_robot": self._custom_robot,
            "template": self._template,
            "fault": self._fault,
            "clear_faults": lambda asked: emulated.faults.clear(),
            "advance": lambda asked: emulated.clock.advance(float(asked["seconds"])),
        }
        self._views: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "app": lambda asked: {
                "client_id": emulated.client_id, "client_secret": emulated.client_secret,
                "robot_code": emulated.robot_code,
            },
            "delivered": lambda asked: [_shown(each) for each in emulated.delivered(asked["chat"])],
            "ledger": lambda asked: emulated.ledger.entries[int(asked.get("since", 0)) :],
            "connections": lambda asked: [each.name for each in emulated.streams.connections],
            "refusals": lambda asked: emulated.refusals[int(asked.get("since", 0)) :],
        }  # fmt: skip
        self._pushes: dict[str, Push] = {}

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """400 with the reason for what cannot be done, 404 for what does not exist."""
        name = str(scope["path"]).removeprefix("/__emu__/").strip("/")
        if name not in self._actions | self._views:
            await answer(send, Answer(404, b"{}"))
            return
        try:
            result = await self._result(name, scope, receive)
        except (LookupError, ValueError, TypeError) as error:
            await answer(send, _json(400, {"error": f"{type(error).__name__}: {error}"}))
        else:
            await answer(send, _json(200, result))

    async def _result(self, name: str, scope: Message, receive: Receive) -> Any:
        if scope["method"] == "GET":
            return self._views[name](dict(parse_qsl(scope["query_string"].decode())))
        asked = json.loads(await read_body(receive) or b"{}")
        action = self._actions[name]
        return [action(each) for each in asked] if isinstance(asked, list) else action(asked)

    def _person(self, asked: Json) -> Person:
        known = {name: asked[name] for name in ("outsider", "admin") if name in asked}
        return self._emulated.user(asked["user"], asked.get("name", ""), **known)

    def _where(self, asked: Json) -> Group | None:
        return self._emulated.group(asked["chat"]) if "chat" in asked else None

    def _kept(self, push: Push) -> Json:
        self._pushes[push.msg_id] = push
        return _pushed(push)

    def _say(self, asked: Json) -> Json:
        heard = bool(asked.get("at_bot", True))
        said = self._person(asked).says(asked["text"], self._where(asked), at_bot=heard)
        return self._kept(said)

    def _file(self, asked: Json) -> Json:
        """`content` is base64; kind: file, picture or audio."""
        person, where = self._person(asked), self._where(asked)
        content, kind = base64.b64decode(asked.get("content", "")), asked.get("kind", "file")
        if kind == "picture":
            return self._kept(person.sends_picture(content, where))
        if kind == "audio":
            return self._kept(person.sends_audio(content, asked.get("recognition", ""), where))
        return self._kept(person.sends_file(asked["name"], content, where))

    def _press(self, asked: Json) -> Json:
        return self._kept(self._person(asked).presses(asked["button"], self._where(asked)))

    def _again(self, asked: Json) -> None:
        self._pushes[asked["msg_id"]].again()

    def _custom_robot(self, asked: Json) -> Json:
        group = self._emulated.group(asked["chat"])
        keywords = tuple(asked.get("keywords", ()))
        robot = self._emulated.custom_robot(
            group, secret=asked.get("secret", ""), keywords=keywords
        )
        return {"access_token": robot.access_token}

    def _template(self, asked: Json) -> None:
        known = {**asked, "text": tuple(asked["text"]), "streams": tuple(asked.get("streams", ()))}
        self._emulated.template(known.pop("id"), **known)

    def _fault(self, asked: Json) -> None:
        self._emulated.faults.next(**asked)


def _pushed(push: Push) -> Json:
    return {"msg_id": push.msg_id, "state": push.state, "after": push.after}


def _shown(shown: Shown) -> Json:
    """Without the content of files."""
    known: Json = {
        "n": shown.n, "kind": shown.kind, "by": shown.by, "key": shown.key, "text": shown.text,
        "title": shown.title, "url": shown.url, "at": shown.at, "at_all": shown.at_all,
        "buttons": [_button(each) for each in shown.buttons],
    }  # fmt: skip
    if shown.file:
        known["file"] = {"name": shown.file.name, "size": len(shown.file.content)}
    if card := shown.card:
        known["card"] = {"state": card.state, "closed": card.closed, "failed": card.failed,
                         "snapshots": card.snapshots}  # fmt: skip
    return known


def _button(button: Button) -> Json:
    return {"label": button.label, "id": button.id, "url": button.url}


def _json(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())
