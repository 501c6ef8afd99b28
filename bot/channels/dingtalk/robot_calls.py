"""What the robot says of itself, to a person or to a group."""

import json

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.errors import Json
from bot.channels.dingtalk.parts import Words
from bot.channels.dingtalk.places import Chat
from bot.errors import Busy, Closed

# DingTalk does not say how long it holds a person's messages back.
_CONTROLLED_SECONDS = 30.0
_MOST_ID = 128


class RobotCalls:
    def __init__(self, api: Api, robot: str) -> None:
        self._api = api
        self._robot = robot

    async def say(self, chat: Chat, words: Words) -> str:
        """Returns the platform's name of the message."""
        if words.marked:
            return await self.send(
                chat, "sampleMarkdown", {"title": words.title, "text": words.text}
            )
        return await self.send(chat, "sampleText", {"content": words.text})

    async def send(self, chat: Chat, kind: str, parameters: Json) -> str:
        body: Json = {
            "robotCode": self._robot, "msgKey": kind,
            "msgParam": json.dumps(parameters, ensure_ascii=False),
        }  # fmt: skip
        if chat.is_group:
            body["openConversationId"] = chat.id
            told = await self._api.call("POST", "/v1.0/robot/groupMessages/send", body)
        else:
            body["userIds"] = [chat.id]
            told = await self._api.call("POST", "/v1.0/robot/oToMessages/batchSend", body)
            _require_reached(told)
        return str(told.get("processQueryKey", ""))[:_MOST_ID]


def _require_reached(told: Json) -> None:
    """200 may say that the one person was left out."""
    if told.get("invalidStaffIdList"):
        raise Closed("DingTalk knows nobody in the organisation by this id")
    if told.get("flowControlledStaffIdList"):
        raise Busy("DingTalk holds messages to this person back", seconds=_CONTROLLED_SECONDS)
