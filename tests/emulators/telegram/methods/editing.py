"""Changes to messages that were sent."""

from tests.emulators.telegram.call import Call, Json
from tests.emulators.telegram.content import read_caption, read_text
from tests.emulators.telegram.errors import NOT_MODIFIED, bad_request
from tests.emulators.telegram.keyboard import read_keyboard
from tests.emulators.telegram.world import Room


def edit_message_text(call: Call) -> Json:
    text, entities = read_text(call)
    room, message = _own(call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _change(call, room, message, {"text": text, "entities": entities})


def edit_message_caption(call: Call) -> Json:
    caption, entities = read_caption(call)
    room, message = _own(call)
    if "document" not in message and "photo" not in message:
        raise bad_request("there is no caption in the message to edit")
    return _change(call, room, message, {"caption": caption, "caption_entities": entities})


def edit_message_reply_markup(call: Call) -> Json:
    room, message = _own(call)
    return _change(call, room, message, {})


def _own(call: Call) -> tuple[Room, Json]:
    room = call.open_room()
    message = room.messages.get(call.given.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not call.is_own(message) or "new_chat_members" in message:
        raise bad_request("message can't be edited")
    return room, message


def _change(call: Call, room: Room, message: Json, content: Json) -> Json:
    """An edit without a keyboard takes the keyboard away."""
    wanted = content | {"reply_markup": read_keyboard(call.given)}
    if all((message.get(name) or None) == (wanted[name] or None) for name in wanted):
        raise bad_request(NOT_MODIFIED)
    call.world.flood.write(call.bot.id, room.id)
    changed = {name: value for name, value in message.items() if name not in wanted}
    changed |= {name: value for name, value in wanted.items() if value}
    changed["edit_date"] = call.world.clock.date()
    room.messages[message["message_id"]] = changed
    return changed


def delete_message(call: Call) -> bool:
    room = call.open_room()
    number = call.given.integer("message_id")
    if number not in room.messages:
        raise bad_request("message to delete not found")
    mine = room.messages[number]["from"]["id"] == call.bot.id
    if not (mine or room.private or room.members.get(call.bot.id) == "administrator"):
        raise bad_request("message can't be deleted for everyone")
    del room.messages[number]
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
}
