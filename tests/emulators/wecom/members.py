"""What members do: they write, send files, press buttons, come and go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.emulators.wecom.pushing import Pushed, Pusher, xml_of
from tests.emulators.wecom.world import App, Shown, World

Json = dict[str, Any]


@dataclass(frozen=True)
class Member:
    """Of the company, in their chat with one app. What they do returns the id of the message."""

    world: World
    app: App
    pusher: Pusher
    userid: str

    def says(self, text: str) -> str:
        return self._sends("text", Content=text)

    def sends_picture(self, content: bytes) -> str:
        stored = self.world.keep("image", "image.jpg", content)
        url = f"http://p.qpic.cn/pic_wework/{stored.id}/0"
        return self._sends("image", PicUrl=url, MediaId=stored.id)

    def sends_file(self, name: str, content: bytes) -> str:
        stored = self.world.keep("file", name, content)
        return self._sends("file", MediaId=stored.id, FileName=name)

    def sends_voice(self, content: bytes) -> str:
        stored = self.world.keep("voice", "voice.amr", content)
        return self._sends("voice", MediaId=stored.id, Format="amr")

    def sends_video(self, content: bytes) -> str:
        stored = self.world.keep("video", "video.mp4", content)
        return self._sends("video", MediaId=stored.id, ThumbMediaId=uuid4().hex)

    def is_at(self, label: str, x: str, y: str) -> str:
        return self._sends("location", Location_X=x, Location_Y=y, Scale=15, Label=label)

    def shares(self, title: str, description: str, url: str) -> str:
        return self._sends("link", Title=title, Description=description, Url=url, PicUrl=url)

    def opens(self) -> str:
        """The app, which tells it each time."""
        return self.does("enter_agent", EventKey="")

    def follows(self) -> str:
        return self.does("subscribe", EventKey="")

    def leaves(self) -> str:
        return self.does("unsubscribe", EventKey="")

    def presses(self, label: str) -> str:
        """On the newest card that has the button. Raises LookupError when none has."""
        card, button = self._button(label)
        return self.does(
            "template_card_event", EventKey=button["key"], TaskId=card.content["task_id"],
            CardType="button_interaction", ResponseCode=self.world.new_code(card),
        )  # fmt: skip

    def does(self, event: str, **more: object) -> str:
        """Any event; it has no MsgId."""
        fields = self._fields("event") | {"Event": event, "AgentID": self.app.agent_id, **more}
        return self._put(f"event-{uuid4().hex}", fields)

    def _sends(self, kind: str, **content: object) -> str:
        number = str(uuid4().int)[:19]
        fields = self._fields(kind) | content
        return self._put(number, {**fields, "MsgId": number, "AgentID": self.app.agent_id})

    def _fields(self, kind: str) -> Json:
        return {
            "ToUserName": self.world.corp_id, "FromUserName": self.userid,
            "CreateTime": self.world.clock.date(), "MsgType": kind,
        }  # fmt: skip

    def _put(self, id_: str, fields: Mapping[str, object]) -> str:
        self.pusher.put(Pushed(id=id_, sender=self.userid, content=xml_of(fields)))
        return id_

    def _button(self, label: str) -> tuple[Shown, Json]:
        for shown in reversed(self.world.screen(self.userid)):
            for button in shown.content.get("button_list", []):
                if button["text"] == label and not shown.chosen and not shown.recalled:
                    return shown, button
        raise LookupError(f"no card has a button {label!r}")
