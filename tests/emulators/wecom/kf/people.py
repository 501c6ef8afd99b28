"""Customers in WeChat, and the people of the company who serve them."""

from dataclasses import dataclass
from typing import Any

from tests.emulators.wecom.kf.world import (
    CUSTOMER,
    ENDED,
    MOST_MESSAGES,
    NEW,
    PERSON,
    SILENCE,
    STAFF,
    Account,
    Chat,
    Kf,
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Customer:
    """In their chat with one account. What they do returns the msgid of it."""

    kf: Kf
    account: Account
    chat: Chat

    @property
    def id(self) -> str:
        return self.chat.customer

    @property
    def screen(self) -> list[Json]:
        return self.chat.screen

    def opens(self) -> str:
        """The chat, in which nothing was said for long."""
        code = self.kf.new_code(self.chat, 20, "text", "msgmenu")
        return self.kf.event(
            self.chat, "enter_session", scene="", scene_param="", welcome_code=code
        )

    def says(self, text: str, menu_id: str = "") -> str:
        pressed = {"menu_id": menu_id} if menu_id else {}
        return self.writes("text", content=text, **pressed)

    def presses(self, label: str) -> str:
        """On the newest menu that has it. Raises LookupError when none has."""
        for shown in reversed(self.screen):
            for item in shown["content"].get("list", []):
                if item["click"]["content"] == label:
                    return self.says(label, item["click"]["id"])
        raise LookupError(f"no menu has {label!r}")

    def sends(self, kind: str, name: str, content: bytes) -> str:
        """A picture, voice, video or file."""
        return self.writes(kind, media_id=self.kf.world.keep(kind, name, content).id)

    def is_at(self, name: str, address: str, latitude: float, longitude: float) -> str:
        return self.writes(
            "location", name=name, address=address, latitude=latitude, longitude=longitude
        )

    def shares(self, title: str, desc: str, url: str) -> str:
        return self.writes("link", title=title, desc=desc, url=url, pic_url="")

    def recalls(self, msgid: str) -> str:
        return self.kf.event(self.chat, "user_recall_msg", recall_msgid=msgid)

    def misses(self, msgid: str, fail_type: int) -> str:
        """A message that was taken could not be delivered after all."""
        shown = [each for each in self.screen if each["msgid"] != msgid]
        self.chat.screen[:] = shown
        return self.kf.event(self.chat, "msg_send_fail", fail_msgid=msgid, fail_type=fail_type)

    def writes(self, kind: str, **content: object) -> str:
        """Any kind of message."""
        chat = self.chat
        chat.said, chat.room = self.kf.now, MOST_MESSAGES
        if chat.state == ENDED:
            chat.state, chat.servicer = NEW, ""
        return self.kf.tell(self.account, _message(chat, CUSTOMER, kind, content))


@dataclass(frozen=True)
class Servicer:
    kf: Kf
    account: Account
    userid: str

    def takes(self, customer: Customer) -> str:
        """From the pool, or from the bot."""
        change = 2 if customer.chat.state == PERSON else 1
        before = customer.chat.servicer
        customer.chat.state, customer.chat.servicer = PERSON, self.userid
        code = self.kf.new_code(customer.chat, SILENCE, "text", state=PERSON)
        return self._changed(
            customer, change, old_servicer_userid=before, new_servicer_userid=self.userid,
            msg_code=code,
        )  # fmt: skip

    def says(self, customer: Customer, text: str) -> str:
        return self.writes(customer, "text", content=text)

    def writes(self, customer: Customer, kind: str, **content: object) -> str:
        message = _message(customer.chat, STAFF, kind, content)
        return self.kf.tell(self.account, {**message, "servicer_userid": self.userid})

    def ends(self, customer: Customer) -> str:
        customer.chat.state, customer.chat.servicer = ENDED, ""
        code = self.kf.new_code(customer.chat, 20, "text", "msgmenu", state=ENDED)
        return self._changed(customer, 3, old_servicer_userid=self.userid, msg_code=code)

    def receives(self, there: bool) -> None:
        """Goes online, or away."""
        self.account.servicers[self.userid] = there
        told = {
            "event_type": "servicer_status_change", "servicer_userid": self.userid,
            "status": 1 if there else 2, "open_kfid": self.account.open_kfid,
        }  # fmt: skip
        self.kf.tell(self.account, {"origin": 4, "msgtype": "event", "event": told})

    def _changed(self, customer: Customer, change: int, **more: object) -> str:
        return self.kf.event(customer.chat, "session_status_change", change_type=change, **more)


def _message(chat: Chat, origin: int, kind: str, content: Json) -> Json:
    return {
        "open_kfid": chat.open_kfid, "external_userid": chat.customer, "origin": origin,
        "msgtype": kind, kind: content,
    }  # fmt: skip
