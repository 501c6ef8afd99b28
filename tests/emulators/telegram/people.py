"""What people do: they write, press, edit, block, and change their groups."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.keyboard import find_button
from tests.emulators.telegram.methods.chats import membership
from tests.emulators.telegram.request import Upload
from tests.emulators.telegram.text.found import find_entities
from tests.emulators.telegram.updates import QUERY_LIFE
from tests.emulators.telegram.world import Room, User, World

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """A user of Telegram. `chat` is a group's id, or None for the private chat with `bot`."""

    world: World
    user: User
    bot: Account

    @property
    def id(self) -> int:
        return self.user.id

    def says(
        self,
        text: str,
        *,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Json:
        """The message, as the bot gets it."""
        return self._post(chat, thread, reply_to, text=text, entities=find_entities(text))

    def sends_document(
        self,
        name: str,
        content: bytes,
        *,
        mime: str = "application/octet-stream",
        caption: str = "",
        chat: int | None = None,
        size: int = 0,
    ) -> Json:
        """`size` may be said greater than the content is."""
        stored = self.world.files.add("documents", name, mime, content, size)
        shown = {**stored.json(), "file_name": name, "mime_type": mime}
        return self._post(chat, None, None, document=shown, caption=caption)

    def sends_photo(self, content: bytes, *, caption: str = "", chat: int | None = None) -> Json:
        upload = Upload("photo.jpg", content, "image/jpeg")
        stored = self.world.files.add("photos", upload.name, upload.mime, content)
        shown = [{**stored.json(), "width": 640, "height": 480}]
        return self._post(chat, None, None, photo=shown, caption=caption)

    def sends(
        self, kind: str, content: bytes, mime: str, *, chat: int | None = None, **shown: Any
    ) -> Json:
        """A voice, audio, video or video_note; `shown` is what Telegram says of it, such as its
        `duration`."""
        stored = self.world.files.add(f"{kind}s", f"{kind}.bin", mime, content)
        said = {"mime_type": mime} if kind != "video_note" else {}
        return self._post(chat, None, None, **{kind: {**stored.json(), **said, **shown}})

    def sends_album(
        self, *items: tuple[str, bytes], caption: str = "", chat: int | None = None
    ) -> list[Json]:
        """Documents that were sent as one: several messages, of which the first has the caption."""
        group, messages = str(uuid4().int)[:17], []
        for number, (name, content) in enumerate(items):
            stored = self.world.files.add("documents", name, "application/octet-stream", content)
            shown = {**stored.json(), "file_name": name, "mime_type": stored.mime}
            messages.append(
                self._post(
                    chat, None, None, document=shown, media_group_id=group,
                    caption="" if number else caption,
                    caption_entities=[] if number else find_entities(caption),
                )
            )  # fmt: skip
        return messages

    def shares_contact(self, name: str, phone: str) -> Json:
        return self._post(None, None, None, contact={"phone_number": phone, "first_name": name})

    def shares_place(self, latitude: float, longitude: float) -> Json:
        where = {"latitude": latitude, "longitude": longitude}
        return self._post(None, None, None, location=where)

    def sends_sticker(self, emoji: str) -> Json:
        stored = self.world.files.add("stickers", "sticker.webp", "image/webp", b"RIFF")
        shown = {
            **stored.json(), "type": "regular", "width": 512, "height": 512, "emoji": emoji,
            "is_animated": False, "is_video": False,
        }  # fmt: skip
        return self._post(None, None, None, sticker=shown)

    def presses(self, label: str, *, chat: int | None = None, message: int | None = None) -> str:
        """A button by its label or data, on the newest message that has it; the query's id."""
        room = self._room(chat)
        shown = room.messages[message] if message else _newest_with(room, label)
        button = find_button(shown, label)
        query = str(uuid4().int)[:18]
        bot = next(
            (each for each in self.world.accounts.values() if each.id == shown["from"]["id"]),
            self.bot,
        )
        bot.queries[query] = (room.id, self.world.clock.ticks() + QUERY_LIFE)
        content = {
            "id": query, "from": self.user.json(), "message": shown,
            "chat_instance": str(-room.id), "data": button.get("callback_data", ""),
        }  # fmt: skip
        bot.updates.add("callback_query", content, room.id, QUERY_LIFE)
        return query

    def edits(self, message: int, text: str, *, chat: int | None = None) -> Json:
        room = self._room(chat)
        changed = {**room.messages[message], "text": text, "edit_date": self.world.clock.date()}
        changed.pop("entities", None)
        changed |= {"entities": found} if (found := find_entities(text)) else {}
        room.messages[message] = changed
        self._tell(room, "edited_message", changed)
        return changed

    def blocks(self) -> None:
        self._member(blocked=True)

    def unblocks(self) -> None:
        self._member(blocked=False)

    def stops(self, draft: int) -> None:
        """Ends a draft that may be stopped."""
        room = self._room(None)
        stopped = room.drafts.pop(draft)
        if not stopped.can_stop:
            raise LookupError(f"draft {draft} has no button to stop it")
        content = {"chat": room.json(), "draft_id": draft}
        self.bot.updates.add("stopped_message_generation", content, room.id)

    def _member(self, *, blocked: bool) -> None:
        room = self._room(None)
        room.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        content = {
            "chat": room.json(), "from": self.user.json(), "date": self.world.clock.date(),
            "old_chat_member": membership(self.bot.json(), before),
            "new_chat_member": membership(self.bot.json(), after),
        }  # fmt: skip
        self.bot.updates.add("my_chat_member", content, room.id)

    def _room(self, chat: int | None) -> Room:
        if chat is None or chat == self.user.id:
            return self.world.dialog(self.bot, self.user)
        return self.world.rooms[(0, chat)]

    def _post(
        self, chat: int | None, thread: int | None, reply_to: int | None, **content: Any
    ) -> Json:
        room = self._room(chat)
        room.members.setdefault(self.user.id, "member")
        answered = room.messages.get(reply_to) if reply_to else None
        message = room.post(
            self.user.json(), self.world.clock.date(), reply_to_message=answered,
            message_thread_id=thread, is_topic_message=True if thread else None, **content,
        )  # fmt: skip
        self._tell(room, "message", message)
        return message

    def _tell(self, room: Room, kind: str, message: Json) -> None:
        for bot in _bots_in(self.world, room, self.bot):
            if room.private or bot.reads_all or _concerns(bot, message):
                bot.updates.add(kind, message, room.id)


def _bots_in(world: World, room: Room, partner: Account) -> list[Account]:
    if room.private:
        return [] if room.blocked else [partner]
    present = ("member", "administrator")
    return [bot for bot in world.accounts.values() if room.members.get(bot.id) in present]


def _concerns(bot: Account, message: Json) -> bool:
    """What a bot with privacy mode gets to see: commands, mentions of it, answers to it."""
    text = message.get("text") or message.get("caption") or ""
    answered = message.get("reply_to_message", {}).get("from", {}).get("id")
    return text.startswith("/") or f"@{bot.username}" in text or answered == bot.id


def _newest_with(room: Room, label: str) -> Json:
    shown = "no message has buttons"
    for message in reversed(room.messages.values()):
        if "reply_markup" not in message:
            continue
        try:
            find_button(message, label)
        except LookupError as error:
            shown = str(error)
        else:
            return message
    raise LookupError(shown)
