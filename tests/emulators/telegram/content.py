"""What a message is made of: its text with entities, what it answers, its buttons."""

from tests.emulators.telegram.call import Call, Json
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.keyboard import read_keyboard
from tests.emulators.telegram.text.formatted import read_formatted
from tests.emulators.telegram.world import Room

MOST_TEXT, MOST_CAPTION, MOST_BYTES = 4096, 1024, 32768


def read_text(call: Call, *, empty: bool = False) -> tuple[str, list[Json]]:
    """The parsed text and its entities."""
    raw = call.given.text("text")
    if len(raw.encode()) > MOST_BYTES:
        raise bad_request("text is too long")
    if not raw and not empty:
        raise bad_request("message text is empty")
    text, entities = read_formatted(call.given, "text", "entities", call.world.users)
    if not text and not empty:
        raise bad_request("text must be non-empty")
    if len(text) > MOST_TEXT:
        raise bad_request("message is too long")
    return text, entities


def read_caption(call: Call) -> tuple[str, list[Json]]:
    text, entities = read_formatted(call.given, "caption", "caption_entities", call.world.users)
    if len(text) > MOST_CAPTION:
        raise bad_request("message caption is too long")
    return text, entities


def read_answered(call: Call, room: Room) -> Json | None:
    """The message that this one answers, without what it answered itself."""
    asked = call.given.nested("reply_parameters", "reply parameters")
    if asked and "message_id" not in asked:
        raise bad_request('can\'t find field "message_id"')
    number = int((asked or {}).get("message_id", 0)) or call.given.integer("reply_to_message_id")
    if not number:
        return None
    answered = room.messages.get(number)
    lenient = bool((asked or {}).get("allow_sending_without_reply"))
    if answered is None and not lenient:
        raise bad_request("message to be replied not found")
    return answered and {
        name: value for name, value in answered.items() if name != "reply_to_message"
    }


def post(call: Call, room: Room, **content: object) -> Json:
    """Puts a message of the bot's into the chat, where every user's client would show it."""
    thread = call.thread(room)
    answered, keyboard = read_answered(call, room), read_keyboard(call.given)
    call.world.flood.write(call.bot.id, room.id)
    # A draft goes when the message that it announced is there.
    room.drafts = {n: draft for n, draft in room.drafts.items() if draft.thread != thread}
    message = room.post(
        call.bot.json(), call.world.clock.date(), reply_to_message=answered,
        message_thread_id=thread or None, is_topic_message=bool(thread) or None,
        **content, reply_markup=keyboard,
    )  # fmt: skip
    return call.as_posted(message)
