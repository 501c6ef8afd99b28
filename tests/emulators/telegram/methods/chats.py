"""Chats and who is in them."""

from tests.emulators.telegram.call import Call, Json
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.world import Room

_PRESENT = ("creator", "administrator", "member")


def get_chat(call: Call) -> Json:
    room = call.room()
    return room.json() | {"accent_color_id": 0, "max_reaction_count": 11,
                          "accepted_gift_types": _NO_GIFTS}  # fmt: skip


_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
     "gifts_from_channels"), False,
)  # fmt: skip


def get_chat_member(call: Call) -> Json:
    room, user = call.room(), call.given.integer("user_id")
    if user not in call.world.users and user != call.bot.id:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member(call, room, user)


def get_chat_administrators(call: Call) -> list[Json]:
    room = call.open_room()
    if room.private:
        raise bad_request("there are no administrators in the private chat")
    ranks = ("creator", "administrator")
    return [member(call, room, one) for one, rank in room.members.items() if rank in ranks]


def get_chat_member_count(call: Call) -> int:
    room = call.open_room()
    return 2 if room.private else sum(rank in _PRESENT for rank in room.members.values())


def leave_chat(call: Call) -> bool:
    room = call.open_room()
    if room.private:
        raise bad_request("chat member status can't be changed in private chats")
    room.members[call.bot.id] = "left"
    return True


def member(call: Call, room: Room, user: int) -> Json:
    who = call.bot.json() if user == call.bot.id else call.world.users[user].json()
    status = "member" if room.private else room.members.get(user, "left")
    return membership(who, status)


def membership(who: Json, status: str) -> Json:
    """ChatMember in the form of its status."""
    shown: Json = {"user": who, "status": status}
    if status == "kicked":
        shown["until_date"] = 0
    if status == "creator":
        shown["is_anonymous"] = False
    if status == "administrator":
        shown |= {"can_be_edited": False} | dict.fromkeys(_RIGHTS, True)
    return shown


_RIGHTS = (
    "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
    "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip

METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
}
