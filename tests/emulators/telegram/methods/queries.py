"""Answers to pressed buttons, and reactions."""

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.errors import TOO_OLD, bad_request

_MOST_TEXT = 200


def answer_callback_query(call: Call) -> bool:
    chat, expires = call.bot.queries.get(call.given.text("callback_query_id"), (0, -1.0))
    if expires <= call.world.clock.ticks():
        raise bad_request(TOO_OLD)
    if len(call.given.text("text")) > _MOST_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    url = call.given.text("url")
    if url and not url.startswith((f"https://t.me/{call.bot.username}?", "tg://resolve?")):
        raise bad_request("URL_INVALID")
    call.chat = chat
    return True


def set_message_reaction(call: Call) -> bool:
    room = call.open_room()
    if call.given.integer("message_id") not in room.messages:
        raise bad_request("message to react not found")
    reactions = call.given.nested("reaction", "reaction types") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    return True


METHODS = {
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_message_reaction,
}
