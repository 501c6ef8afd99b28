"""Where a DingTalk chat is, in our words and in theirs, and what an answer there needs."""

import json
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from bot.channels.dingtalk.frames import read_object
from bot.messages import Address

NAME = "dingtalk"

_USER, _GROUP, _GUEST = "user", "group", "guest"
_SESSION_PATH = "/robot/sendBySession"
# A session that ends while we write is no use.
_EARLIER_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """`id` is the staff id of who it is with, the open conversation id of a group, or the sender id
    of somebody from outside, who can be answered and never be written to."""

    kind: str
    id: str

    @classmethod
    def at(cls, address: Address) -> Self:
        kind, _, id_ = address.chat.partition(":")
        return cls(kind=kind, id=id_)

    @classmethod
    def with_user(cls, staff_id: str) -> Self:
        return cls(kind=_USER, id=staff_id)

    @classmethod
    def with_guest(cls, sender_id: str) -> Self:
        return cls(kind=_GUEST, id=sender_id)

    @classmethod
    def of_group(cls, conversation_id: str) -> Self:
        return cls(kind=_GROUP, id=conversation_id)

    @property
    def is_group(self) -> bool:
        return self.kind == _GROUP

    @property
    def is_guest(self) -> bool:
        return self.kind == _GUEST

    def address(self, robot: str) -> Address:
        return Address(channel=NAME, bot=robot, chat=f"{self.kind}:{self.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyToken:
    """What came with a message: the query of its session webhook and until when that is taken (in
    milliseconds), who asked, and the message's id."""

    session: str = ""
    until: int = 0
    staff: str = ""
    message: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """An empty one when there is none."""
        found = read_object(text) or {}
        session, until = found.get("session"), found.get("until")
        staff, message = found.get("staff"), found.get("message")
        return cls(
            session=session if isinstance(session, str) else "",
            until=until if isinstance(until, int) else 0,
            staff=staff if isinstance(staff, str) else "",
            message=message if isinstance(message, str) else "",
        )

    def written(self) -> str:
        return json.dumps(
            {
                "session": self.session, "until": self.until, "staff": self.staff,
                "message": self.message,
            }
        )  # fmt: skip

    @property
    def is_live(self) -> bool:
        return bool(self.session) and time.time() < self.until / 1000 - _EARLIER_SECONDS


def session_of(webhook: object, old_api: str) -> str:
    """The query of a session webhook; empty when it is not DingTalk's own, which nothing is ever
    sent to."""
    if not isinstance(webhook, str):
        return ""
    try:
        given, ours = urlsplit(webhook), urlsplit(old_api)
        same = (given.scheme, given.hostname, given.port) == (ours.scheme, ours.hostname, ours.port)
    except ValueError:
        return ""
    if not same or given.path != f"{ours.path}{_SESSION_PATH}":
        return ""
    return given.query if given.query.isascii() and given.query.isprintable() else ""
