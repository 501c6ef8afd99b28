"""Drafts: text that grows before the message is sent."""

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.content import read_text
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.world import Draft

DRAFT_LIFE = 30.0


def send_message_draft(call: Call) -> bool:
    text, entities = read_text(call, empty=True)
    room = call.open_room()
    number = call.given.integer("draft_id")
    if not number:
        raise bad_request("RANDOM_ID_INVALID")
    if not (room.private and room.takes_drafts):
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    thread = call.thread(room)
    call.world.flood.draft(call.bot.id, room.id)
    room.drafts[number] = Draft(
        text=text, entities=entities, thread=thread, can_stop=call.given.boolean("can_stop"),
        expires=call.world.clock.ticks() + DRAFT_LIFE,
    )  # fmt: skip
    return True


METHODS = {"sendMessageDraft": send_message_draft}
