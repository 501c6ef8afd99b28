"""People who talk to a bot, alone and in groups."""

import secrets
from collections.abc import Callable
from typing import Any

from tests.emulators.wecom.bot.world import Shown, World

Json = dict[str, Any]

# Tells the bot: what (aibot_msg_callback or aibot_event_callback), its body, the chat, the kind of
# the request, the task of the card.
Tell = Callable[..., None]


class Person:
    def __init__(self, world: World, tell: Tell, userid: str, files: str) -> None:
        self.userid = userid
        self._world, self._tell, self._files = world, tell, files
        world.open(userid)

    def says(self, text: str, *, quote: Json | None = None, group: str = "") -> str:
        """Returns the msgid."""
        content: Json = {"msgtype": "text", "text": {"content": text}}
        return self.sends(content | ({"quote": quote} if quote else {}), group=group)

    def speaks(self, text: str) -> str:
        """As WeCom understood it."""
        return self.sends({"msgtype": "voice", "voice": {"content": text}})

    def sends_file(self, name: str, data: bytes, kind: str = "file") -> str:
        return self.sends({"msgtype": kind, kind: self.file(name, data, kind)})

    def sends_mixed(self, *items: str | tuple[str, bytes]) -> str:
        """Words, and pictures as (name, content)."""
        found = [
            {"msgtype": "text", "text": {"content": item}}
            if isinstance(item, str)
            else {"msgtype": "image", "image": self.file(*item, "image")}
            for item in items
        ]
        return self.sends({"msgtype": "mixed", "mixed": {"msg_item": found}})

    def file(self, name: str, data: bytes, kind: str) -> Json:
        id_ = self._world.keep(kind, name, data)
        return {"url": f"{self._files}/media/{id_}?sign=secret", "aeskey": self._world.key_of(id_)}

    def sends(self, content: Json, *, group: str = "") -> str:
        """Anything, as WeCom words it."""
        chat = f"group:{group}" if group else self.userid
        body = self._body(group) | content
        self._tell("aibot_msg_callback", body, chat, "message")
        return str(body["msgid"])

    def enters(self) -> None:
        self._event("enter_chat", {})

    def rates(self, kind: int, words: str = "") -> None:
        feedback = {"id": "f1", "type": kind, "content": words, "inaccurate_reason_list": [1]}
        self._event("feedback_event", {"feedback_event": feedback})

    def presses(self, label: str, *, group: str = "") -> None:
        """A button of the newest card that has it."""
        chat = f"group:{group}" if group else self.userid
        message = self._with_button(chat, label)
        button = next(each for each in message.card["button_list"] if each["text"] == label)
        event = {
            "card_type": message.card["card_type"], "event_key": button["key"],
            "task_id": message.id,
        }  # fmt: skip
        self._event("template_card_event", {"template_card_event": event}, group, message.id)

    def _with_button(self, chat: str, label: str) -> Shown:
        cards = [each for each in self._world.chats[chat] if label in each.labels]
        assert cards, f"no card has {label!r}"
        return cards[-1]

    def _event(self, kind: str, content: Json, group: str = "", task: str = "") -> None:
        chat = f"group:{group}" if group else self.userid
        body = self._body(group) | {"msgtype": "event", "event": {"eventtype": kind, **content}}
        self._tell("aibot_event_callback", body, chat, kind, task)

    def _body(self, group: str) -> Json:
        place: Json = {"chatid": group, "chattype": "group"} if group else {"chattype": "single"}
        if group:
            self._world.open(f"group:{group}")
        return {
            "msgid": f"CAIQ{secrets.token_hex(12)}", "create_time": self._world.clock.date(),
            "from": {"userid": self.userid}, **place,
        }  # fmt: skip
