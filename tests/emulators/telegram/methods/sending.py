"""Messages and files of the bot's."""

from tests.emulators.telegram.call import Call, Json
from tests.emulators.telegram.content import post, read_caption, read_text
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.media import document, photo, read_file

_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "record_audio", "upload_audio", "upload_document", "choose_sticker", "find_location",
        "record_video_note", "upload_video_note",
    }
)  # fmt: skip


def send_message(call: Call) -> Json:
    text, entities = read_text(call)
    return post(call, call.open_room(), text=text, entities=entities)


def send_document(call: Call) -> Json:
    caption, entities = read_caption(call)
    room = call.open_room()
    stored = read_file(call, "document")
    return post(
        call, room, document=document(stored), caption=caption, caption_entities=entities
    )  # fmt: skip


def send_photo(call: Call) -> Json:
    caption, entities = read_caption(call)
    room = call.open_room()
    stored = read_file(call, "photo")
    return post(call, room, photo=photo(stored), caption=caption, caption_entities=entities)


def send_chat_action(call: Call) -> bool:
    room = call.open_room()
    call.thread(room)
    if call.given.text("action") not in _ACTIONS:
        raise bad_request("Wrong parameter action in request")
    return True


METHODS = {
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "sendChatAction": send_chat_action,
}
