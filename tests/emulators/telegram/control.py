"""The control paths: people, groups, faults and the clock, moved by JSON over HTTP.

POST /__emu__/<action> takes one JSON object, or an array of them; GET /__emu__/<view>?… reads.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.emulated import Emulated
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.wire import Answer, Message, Receive, Send, answer, read_body

Json = dict[str, Any]


class Control:
    def __init__(self, emulated: Emulated) -> None:
        self._emulated = emulated
        self._actions: dict[str, Callable[[Json], Any]] = {
            "say": self._say,
            "document": self._document,
            "press": self._press,
            "edit": self._edit,
            "block": lambda asked: self._person(asked).blocks(),
            "unblock": lambda asked: self._person(asked).unblocks(),
            "stop": lambda asked: self._person(asked).stops(asked["draft"]),
            "album": self._album,
            "contact": lambda asked: self._person(asked).shares_contact(
                asked["name"], asked["phone"]
            ),
            "sticker": lambda asked: self._person(asked).sends_sticker(asked["emoji"]),
            "connect": lambda asked: emulated.business(self._person(asked)).id,
            "connection": self._connection,
            "business_say": self._business_say,
            "group": self._group,
            "add_bot": self._add_bot,
            "remove_bot": self._remove_bot,
            "topic": lambda asked: emulated.group(asked["chat"]).topic(asked["name"]),
            "upgrade": lambda asked: emulated.group(asked["chat"]).upgrade(asked["to"]).id,
            "refuse_drafts": self._refuse_drafts,
            "fault": self._fault,
            "clear_faults": lambda asked: emulated.faults.clear(),
            "advance": lambda asked: emulated.clock.advance(float(asked["seconds"])),
        }
        self._views: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "messages": self._messages,
            "drafts": self._drafts,
            "ledger": lambda asked: emulated.ledger.entries[int(asked.get("since", 0)) :],
            "updates": self._updates,
            "refusals": lambda asked: emulated.refusals[int(asked.get("since", 0)) :],
            "faults": lambda asked: [asdict(fault) for fault in emulated.faults.planned],
            "bots": lambda asked: [
                {"token": bot.token, **bot.full_json()} for bot in emulated.bots
            ],
        }

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """400 with the reason for what cannot be done, 404 for what does not exist."""
        name = str(scope["path"]).removeprefix("/__emu__/").strip("/")
        try:
            if scope["method"] == "GET":
                query = dict(parse_qsl(scope["query_string"].decode()))
                result = self._views[name](query)
            else:
                asked = json.loads(await read_body(receive) or b"{}")
                action = self._actions[name]
                many = isinstance(asked, list)
                result = [action(each) for each in asked] if many else action(asked)
        except (LookupError, ValueError, TypeError, ApiError) as error:
            status = 404 if name not in self._actions | self._views else 400
            body = {"error": f"{type(error).__name__}: {error}"}
            await answer(send, Answer(status, json.dumps(body, ensure_ascii=False).encode()))
            return
        await answer(send, Answer(200, json.dumps(result, ensure_ascii=False).encode()))

    def _bot(self, asked: Mapping[str, Any]) -> Account:
        wanted = int(asked.get("bot", 0))
        return next(bot for bot in self._emulated.bots if wanted in (0, bot.id))

    def _person(self, asked: Json) -> Person:
        known = {name: asked[name] for name in ("username", "language") if name in asked}
        return self._emulated.user(
            asked["user"], asked.get("first_name", ""), bot=self._bot(asked), **known
        )

    def _say(self, asked: Json) -> Any:
        where = {name: asked.get(name) for name in ("chat", "thread", "reply_to")}
        return self._person(asked).says(asked["text"], **where)

    def _document(self, asked: Json) -> Any:
        """`content` is base64."""
        content = base64.b64decode(asked.get("content", ""))
        known = {name: asked[name] for name in ("mime", "caption", "size") if name in asked}
        return self._person(asked).sends_document(
            asked["name"], content, chat=asked.get("chat"), **known
        )

    def _album(self, asked: Json) -> Any:
        """`files` are pairs of a name and a content in base64."""
        files = [(name, base64.b64decode(content)) for name, content in asked["files"]]
        return self._person(asked).sends_album(
            *files, caption=asked.get("caption", ""), chat=asked.get("chat")
        )

    def _connection(self, asked: Json) -> None:
        """Change what its owner allows: `can_reply`, `enabled`."""
        shop = self._bot(asked).shops[asked["connection"]]
        shop.changes(can_reply=asked.get("can_reply"), enabled=asked.get("enabled"))

    def _business_say(self, asked: Json) -> Any:
        """`user` is the customer; with `owner` it is the owner who writes to them."""
        chat = self._bot(asked).shops[asked["connection"]].chat(self._person(asked).user)
        return (chat.owner_says if asked.get("owner") else chat.says)(asked["text"])

    def _press(self, asked: Json) -> str:
        return self._person(asked).presses(
            asked["button"], chat=asked.get("chat"), message=asked.get("message")
        )

    def _edit(self, asked: Json) -> Any:
        return self._person(asked).edits(
            asked["message"], asked["text"], chat=asked.get("chat")
        )  # fmt: skip

    def _group(self, asked: Json) -> Any:
        by = self._person(asked) if "user" in asked else None
        forum = bool(asked.get("forum"))
        return self._emulated.group(
            asked["chat"], asked.get("title", ""), by=by, forum=forum
        ).room.json()

    def _add_bot(self, asked: Json) -> None:
        group = self._emulated.group(asked["chat"])
        group.adds(self._bot(asked), self._person(asked), asked.get("status", "member"))

    def _remove_bot(self, asked: Json) -> None:
        self._emulated.group(asked["chat"]).removes(self._bot(asked), self._person(asked))

    def _refuse_drafts(self, asked: Json) -> None:
        self._emulated.room(asked["chat"], self._bot(asked)).takes_drafts = False

    def _fault(self, asked: Json) -> None:
        self._emulated.fault(**asked)

    def _messages(self, asked: Mapping[str, str]) -> Any:
        return self._emulated.messages(int(asked["chat"]), self._bot(asked))

    def _drafts(self, asked: Mapping[str, str]) -> Any:
        drafts = self._emulated.drafts(int(asked["chat"]), self._bot(asked))
        return {str(number): asdict(draft) for number, draft in drafts.items()}

    def _updates(self, asked: Mapping[str, str]) -> Any:
        """Every update since the id, with its delivery state; or those in one state."""
        return [
            {"update_id": update.id, "type": update.type, "chat": update.queue,
             "state": update.state, "attempts": update.attempts}
            for update in self._bot(asked).updates.history
            if update.id >= int(asked.get("since", 0))
            and asked.get("state", update.state) == update.state
        ]  # fmt: skip
