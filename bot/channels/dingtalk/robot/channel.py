"""A custom robot of a DingTalk group: alerts go there, and nothing comes back."""

import time
from collections.abc import Mapping, Sequence
from typing import Self
from uuid import uuid4

import httpx

from bot.channels.base import Capabilities, Pace
from bot.channels.dingtalk.api import open_client
from bot.channels.dingtalk.errors import Json, answered_in_the_old_way, of_transport
from bot.channels.dingtalk.parts import parts_of, words_of
from bot.channels.dingtalk.signing import signature
from bot.channels.oneway import OneWay
from bot.messages import Address, OutboundMessage
from config.channels import DingtalkRobotSettings
from config.errors import PermanentError

NAME = "dingtalk_robot"
# There is one: the group that the robot was made in.
HERE = Address(channel=NAME, bot="robot", chat="group")


class DingtalkRobotChannel(OneWay):
    name = NAME
    capabilities = Capabilities()

    def __init__(self, settings: DingtalkRobotSettings) -> None:
        self._settings = settings
        self._http = open_client()

    async def __aenter__(self) -> Self:
        if self._http.is_closed:
            self._http = open_client()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return parts_of(message)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return {NAME: Pace(count=20, seconds=60)}

    async def send(self, part: OutboundMessage) -> str:
        if part.files and not part.text.strip():
            raise PermanentError("a custom robot can send no files")
        words = words_of(part)
        said: Json = {"msgtype": "text", "text": {"content": words.text}}
        if words.marked:
            content = {"title": words.title, "text": words.text}
            said = {"msgtype": "markdown", "markdown": content}
        await self.say(said)
        # The platform has no name for it.
        return f"robot:{uuid4().hex}"

    async def say(self, said: Json) -> None:
        """Raises what Channel.send does."""
        timestamp = str(int(time.time() * 1000))
        signed = {
            "access_token": self._settings.access_token.get_secret_value(),
            "timestamp": timestamp,
            "sign": signature(self._settings.secret.get_secret_value(), timestamp),
        }
        try:
            url = f"{self._settings.api}/robot/send"
            response = await self._http.post(url, params=signed, json=said)
        except httpx.HTTPError as error:
            raise of_transport(error) from None
        answered_in_the_old_way(response)
