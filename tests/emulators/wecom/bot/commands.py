"""What each command of a bot does, and when WeCom refuses it."""

import base64
import hashlib
import re
import secrets
from typing import Any

from tests.emulators.wecom.bot.world import (
    ANSWER_WITHIN,
    COURTESY_WITHIN,
    STREAM_FOR,
    Media,
    Refusal,
    Shown,
    Upload,
    World,
)

Json = dict[str, Any]

MOST_BYTES = 20_480
_CHUNK = 512 * 1024
_LIMITS = {"image": 10_000_000, "voice": 2_000_000, "video": 10_000_000, "file": 20_000_000}
_TASK = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
_CARDS = {"text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"}  # fmt: skip


class Commands:
    """Each takes a body and the req_id, returns the body of the ack, and raises Refusal."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.known = {
            "aibot_respond_msg": self._respond,
            "aibot_respond_welcome_msg": self._welcome,
            "aibot_respond_update_msg": self._update,
            "aibot_send_msg": self._send,
            "aibot_upload_media_init": self._upload_init,
            "aibot_upload_media_chunk": self._upload_chunk,
            "aibot_upload_media_finish": self._upload_finish,
        }

    def chat(self, command: str, body: Json, request: str) -> str | None:
        """The chat that a frame is for, as far as it says one."""
        if command == "aibot_send_msg":
            chatid = body.get("chatid")
            return f"group:{chatid}" if body.get("chat_type") == 2 else chatid
        found = self._world.requests.get(request)
        return found.chat if found else None

    def stream(self, chat: str, body: Json) -> None:
        """One snapshot of a stream. Raises Refusal."""
        stream = self._object(body, "stream")
        content, id_, finish = stream.get("content"), stream.get("id"), stream.get("finish")
        if not isinstance(id_, str) or not id_ or not isinstance(finish, bool):
            raise Refusal(40058, "invalid request parameter: stream")
        self.text(content)
        current = self._world.stream(chat, id_)
        if current is not None and (
            current.finished or self._world.clock.ticks() - current.began > STREAM_FOR
        ):
            raise Refusal(846608, "stream message update expired")
        self._world.spend(chat)
        if current is None:
            current = Shown(kind="stream", id=id_)
            self._world.show(chat, current)
        current.content, current.finished = str(content), finish

    def text(self, content: object) -> str:
        if not isinstance(content, str) or not content:
            raise Refusal(40058, "invalid request parameter: content")
        if len(content.encode()) > MOST_BYTES:
            raise Refusal(40058, "invalid request parameter: content is too long")
        return content

    def card(self, body: Json, *, known_task: str = "") -> Json:
        """The checked card of a body; its task is new, or the known one. Raises Refusal."""
        card = self._object(body, "template_card")
        title = card.get("main_title", {}).get("title") or card.get("sub_title_text")
        if card.get("card_type") not in _CARDS or not title:
            raise Refusal(40058, "invalid request parameter: template_card")
        buttons, task = card.get("button_list", []), str(card.get("task_id", ""))
        if card["card_type"] == "button_interaction":
            self._check_buttons(buttons)
            if not _TASK.fullmatch(task) or (task != known_task and task in self._world.tasks):
                raise Refusal(40058, "invalid request parameter: task_id")
        if known_task and task != known_task:
            raise Refusal(40058, "invalid request parameter: task_id is another")
        self._world.tasks.add(task)
        return card

    def _check_buttons(self, buttons: list[Json]) -> None:
        keys = [button.get("key") for button in buttons]
        if not 1 <= len(buttons) <= 6 or len({*keys}) < len(keys):
            raise Refusal(40058, "invalid request parameter: button_list")
        for button in buttons:
            key = str(button.get("key", ""))
            if not button.get("text") or not 1 <= len(key.encode()) <= 1024:
                raise Refusal(40058, "invalid request parameter: button")

    def _respond(self, body: Json, request: str) -> Json:
        asked = self._world.asked(request, "message", within=ANSWER_WITHIN)
        if body.get("msgtype") != "stream":
            self.message(asked.chat, body, ("markdown", "template_card"), request)
        elif "msg_item" in self._object(body, "stream"):
            raise Refusal(40058, "invalid request parameter: msg_item")
        else:
            self.stream(asked.chat, body)
        return {}

    def _welcome(self, body: Json, request: str) -> Json:
        asked = self._world.asked(request, "enter_chat", within=COURTESY_WITHIN)
        if asked.used or body.get("msgtype") not in ("text", "template_card"):
            raise Refusal(40058, "invalid request parameter")
        if body["msgtype"] == "text":
            content = self.text(self._object(body, "text").get("content"))
            self._world.show(asked.chat, Shown(kind="text", content=content))
        else:
            self._world.show(asked.chat, self._shown("template_card", body))
        asked.used = True
        return {}

    def _update(self, body: Json, request: str) -> Json:
        asked = self._world.asked(request, "template_card_event", within=COURTESY_WITHIN)
        if asked.used or body.get("response_type") != "update_template_card":
            raise Refusal(40058, "invalid request parameter: response_type")
        self.update(asked.chat, body, asked.task)
        asked.used = True
        return {}

    def update(self, chat: str, body: Json, task: str) -> None:
        card = self.card(body, known_task=task)
        for message in self._world.chats[chat]:
            if message.kind == "template_card" and message.id == task:
                message.card = card

    def _send(self, body: Json, request: str) -> Json:
        kinds = ("markdown", "template_card", *_LIMITS)
        self.message(self._world.place(body), body, kinds, request)
        return {}

    def message(self, chat: str, body: Json, kinds: tuple[str, ...], request: str = "") -> None:
        """A message of its own. Raises Refusal."""
        if body.get("msgtype") not in kinds:
            raise Refusal(40008, "invalid message type")
        shown = self._shown(str(body["msgtype"]), body)
        shown.request = request
        self._world.spend(chat)
        self._world.show(chat, shown)

    def _shown(self, kind: str, body: Json) -> Shown:
        if kind == "template_card":
            card = self.card(body)
            return Shown(kind=kind, id=card["task_id"], card=card)
        content = self._object(body, kind)
        if kind == "markdown":
            return Shown(kind=kind, content=self.text(content.get("content")))
        media = self._world.media.get(str(content.get("media_id")))
        if media is None or media.kind != kind:
            raise Refusal(40007, "invalid media_id")
        return Shown(kind=kind, name=media.name, data=media.data)

    def _upload_init(self, body: Json, request: str) -> Json:
        kind, size, total = body.get("type"), body.get("total_size"), body.get("total_chunks")
        name = body.get("filename")
        if kind not in _LIMITS or not isinstance(name, str) or not name:
            raise Refusal(40058, "invalid request parameter: type or filename")
        if not isinstance(size, int) or not isinstance(total, int) or not 1 <= total <= 100:
            raise Refusal(40058, "invalid request parameter: total")
        if size > _LIMITS[str(kind)]:
            raise Refusal(40006, "invalid file size")
        upload_id = secrets.token_hex(8)
        self._world.uploads[upload_id] = Upload(
            kind=str(kind), name=name, size=size, chunks={}, total=total,
            md5=str(body.get("md5", "")),
        )  # fmt: skip
        return {"upload_id": upload_id}

    def _upload_chunk(self, body: Json, request: str) -> Json:
        upload, index = self._upload(body), body.get("chunk_index")
        data = base64.b64decode(str(body.get("base64_data", "")), validate=True)
        if not isinstance(index, int) or not 0 <= index < upload.total or len(data) > _CHUNK:
            raise Refusal(40058, "invalid request parameter: chunk")
        upload.chunks[index] = data
        return {}

    def _upload_finish(self, body: Json, request: str) -> Json:
        upload = self._upload(body)
        data = b"".join(upload.chunks.get(index, b"") for index in range(upload.total))
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if len(data) != upload.size or upload.md5 not in ("", digest):
            raise Refusal(40058, "invalid request parameter: the file is another")
        media_id = f"media{secrets.token_hex(8)}"
        now = self._world.clock.ticks()
        self._world.media[media_id] = Media(
            kind=upload.kind, name=upload.name, data=data, began=now
        )
        del self._world.uploads[str(body["upload_id"])]
        return {"type": upload.kind, "media_id": media_id, "created_at": self._world.clock.date()}

    def _upload(self, body: Json) -> Upload:
        found = self._world.uploads.get(str(body.get("upload_id")))
        if found is None:
            raise Refusal(40058, "invalid request parameter: upload_id")
        return found

    def _object(self, body: Json, name: str) -> Json:
        found = body.get(name)
        if not isinstance(found, dict):
            raise Refusal(40058, f"invalid request parameter: {name}")
        return found
