"""What people do: they write, send files, press buttons, read, and leave."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.emulators.dingtalk.cards import Button, Card, find_button
from tests.emulators.dingtalk.frames import CALLBACKS, MESSAGES, Push
from tests.emulators.dingtalk.stream import Streams
from tests.emulators.dingtalk.world import (
    CORPORATION,
    SESSION_LIFE,
    Chat,
    Shown,
    User,
    World,
    opaque,
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Group:
    world: World
    chat: Chat

    @property
    def id(self) -> str:
        """The openConversationId."""
        return self.chat.id

    def removes_the_robot(self) -> None:
        self.chat.has_robot = False


@dataclass(frozen=True)
class Person:
    """Somebody of the organisation, or an outsider. `group` None is the chat with the robot."""

    world: World
    streams: Streams
    user: User

    @property
    def id(self) -> str:
        return self.user.id

    def says(self, text: str, group: Group | None = None, *, at_bot: bool = True) -> Push:
        """In a group the robot hears it only with `at_bot`."""
        mentioned = f" {text}" if group and at_bot else text
        return self._sends(group, "text", {"content": mentioned}, text, heard=at_bot)

    def sends_picture(self, content: bytes, group: Group | None = None) -> Push:
        code = self._stored("picture.png", content)
        return self._sends(group, "picture", {"downloadCode": code, "pictureDownloadCode": code})

    def sends_file(self, name: str, content: bytes, group: Group | None = None) -> Push:
        sent = {"fileName": name, "downloadCode": self._stored(name, content), "spaceId": "12",
                "fileId": str(uuid4().int)[:12]}  # fmt: skip
        return self._sends(group, "file", sent, name)

    def sends_audio(
        self, content: bytes, recognition: str = "", group: Group | None = None, *,
        duration: int = 3000,
    ) -> Push:  # fmt: skip
        """`recognition` is what DingTalk understood, `duration` in milliseconds."""
        code = self._stored("voice.amr", content)
        sent = {"downloadCode": code, "recognition": recognition, "duration": duration}
        return self._sends(group, "audio", sent, recognition)

    def sends_video(self, content: bytes, group: Group | None = None) -> Push:
        code = self._stored("video.mp4", content)
        return self._sends(
            group, "video", {"downloadCode": code, "duration": 5000, "videoType": "mp4"}
        )

    def sends_rich(self, *parts: str | bytes, group: Group | None = None) -> Push:
        """Text and pictures in one message, in order."""
        rich = [
            {"text": part} if isinstance(part, str)
            else {"type": "picture", "downloadCode": self._stored("picture.png", part)}
            for part in parts
        ]  # fmt: skip
        said = "".join(part for part in parts if isinstance(part, str))
        return self._sends(group, "richText", {"richText": rich}, said)

    def sends_unknown(self, group: Group | None = None) -> Push:
        """Something that robots are told nothing about."""
        return self._sends(group, "unknownMsgType", {})

    def presses(
        self, label: str, group: Group | None = None, params: Mapping[str, Any] | None = None
    ) -> Push:
        """A button by its label or id, on the newest card that has it. The push is `acked` with
        `answer` when the bot has heard. Raises LookupError when no card shows the button."""
        chat = group.chat if group else self.world.dialog(self.user)
        card, button = _newest_with(chat, label)
        if not button.id or not card.streamed:
            raise LookupError(f"the button {label!r} tells the bot nothing")
        private = {"actionIds": [button.id], "params": {**button.params, **(params or {})}}
        data = {
            "type": "actionCallback", "outTrackId": card.out_track_id, "corpId": CORPORATION,
            "userId": self.user.id, "userIdType": 1, "spaceType": "IM",
            "spaceId": chat.conversation_id, "extension": "{}",
            "content": json.dumps({"cardPrivateData": private}, ensure_ascii=False),
        }  # fmt: skip
        return self.streams.push(
            Push(
                type="CALLBACK", topic=CALLBACKS, msg_id=uuid4().hex, data=data, chat=chat.id,
                text=label, repeats=False, after=_last(chat), about=card,
            )
        )  # fmt: skip

    def reads(self) -> None:
        """All that the robot wrote to this person."""
        chat = self.world.dialog(self.user)
        for post in chat.posts:
            chat.read_by.setdefault(post.key, set()).add(self.id)

    def leaves(self) -> None:
        """The organisation: the robot cannot write to this person any more."""
        self.user.present = False

    def _stored(self, name: str, content: bytes) -> str:
        """The downloadCode."""
        return self.world.store("m", name, content, "sent").code

    def _sends(
        self, group: Group | None, kind: str, content: Json, text: str = "", *, heard: bool = True
    ) -> Push:
        chat = group.chat if group else self.world.dialog(self.user)
        chat.members.add(self.id)
        data = self._about(chat) | {"msgtype": kind}
        data["text" if kind == "text" else "content"] = content
        push = Push(
            type="CALLBACK", topic=MESSAGES, msg_id=data["msgId"], data=data, chat=chat.id,
            text=text, after=_last(chat),
        )  # fmt: skip
        return self.streams.push(push) if heard or not chat.group else push

    def _about(self, chat: Chat) -> Json:
        """All that a message of the robot says but for its content."""
        world, user, now = self.world, self.user, int(self.world.clock.exact() * 1000)
        robot = opaque("$:LWCP_v1:$", "robot", world.robot_code)
        life = int(world.clock.real(SESSION_LIFE) * 1000)
        data: Json = {
            "conversationId": chat.conversation_id, "chatbotCorpId": CORPORATION,
            "conversationType": "2" if chat.group else "1", "chatbotUserId": robot,
            "msgId": f"msg{uuid4().hex}==", "senderNick": user.nick, "isAdmin": user.admin,
            "senderStaffId": "" if user.outsider else user.id, "senderId": user.sender_id,
            "sessionWebhook": f"{world.old_url}/robot/sendBySession?session={world.session(chat)}",
            "sessionWebhookExpiredTime": now + life, "createAt": now,
            "robotCode": world.robot_code, "senderPlatform": "Win",
            "openThreadId": chat.conversation_id,
        }  # fmt: skip
        if not user.outsider:
            data["senderCorpId"] = CORPORATION
            data["senderUnionId"] = opaque("", "union", user.id)
        if chat.group:
            data["conversationTitle"] = chat.title
            data |= {"isInAtList": True, "atUsers": [{"dingtalkId": robot}]}
        return data


def _last(chat: Chat) -> int:
    return chat.posts[-1].n if chat.posts else 0


def _newest_with(chat: Chat, label: str) -> tuple[Card, Button]:
    reason = "no card has buttons"
    for post in reversed(chat.posts):
        if post.card and post.card.buttons:
            try:
                return post.card, find_button(post.card, label)
            except LookupError as error:
                reason = str(error)
    raise LookupError(reason)


def answers(chat: Chat, after: int) -> list[Shown]:
    """What the robot showed later."""
    return [post for post in chat.shown() if post.n > after]
