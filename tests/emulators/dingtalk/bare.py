"""A bot without any cleverness, for tests of the emulator itself: calls and frames as they are."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.emulators.dingtalk.cards import BUILT_IN
from tests.emulators.dingtalk.emulated import Emulated
from tests.emulators.dingtalk.frames import CALLBACKS, MESSAGES

Json = dict[str, Any]
TOPICS = (("CALLBACK", MESSAGES), ("CALLBACK", CALLBACKS), ("EVENT", "*"))
TEMPLATE = BUILT_IN[0].id
WITHIN = 10.0  # seconds


class BareBot:
    """`async with`. `token` is fetched at the first call that needs it, and kept."""

    def __init__(self, ding: Emulated) -> None:
        self.ding = ding
        self.token = ""
        self._http = httpx.AsyncClient(timeout=10, trust_env=False)

    async def open(self, *topics: tuple[str, str], **more: Any) -> httpx.Response:
        body = {
            "clientId": self.ding.client_id, "clientSecret": self.ding.client_secret,
            "subscriptions": [{"type": type_, "topic": topic} for type_, topic in topics], **more,
        }  # fmt: skip
        return await self.post("/v1.0/gateway/connections/open", body)

    async def ticket(self, *topics: tuple[str, str]) -> str:
        """The whole address to connect to."""
        opened = (await self.open(*(topics or TOPICS))).json()
        return f"{opened['endpoint']}?ticket={opened['ticket']}"

    @asynccontextmanager
    async def connected(self, *topics: tuple[str, str]) -> AsyncIterator["Frames"]:
        async with connect(await self.ticket(*topics), proxy=None, max_queue=None) as socket:
            yield Frames(socket)

    async def post(self, path: str, body: Json | None = None, **query: str) -> httpx.Response:
        """Without a token; as JSON."""
        url = f"{self.ding.world.url}{path}"
        headers = {"Accept": "application/json"}
        return await self._http.post(url, json=body, params=query or None, headers=headers)

    async def get(self, url: str) -> httpx.Response:
        return await self._http.get(url)

    async def call(
        self, path: str, body: Json | None = None, *, method: str = "POST", **query: str
    ) -> httpx.Response:
        """With a token."""
        if not self.token:
            secrets = {"appKey": self.ding.client_id, "appSecret": self.ding.client_secret}
            answer = await self.post("/v1.0/oauth2/accessToken", secrets)
            self.token = answer.json()["accessToken"]
        return await self._http.request(
            method, f"{self.ding.world.url}{path}", json=body, params=query or None,
            headers={"x-acs-dingtalk-access-token": self.token},
        )  # fmt: skip

    async def upload(self, kind: str, name: str, content: bytes) -> Json:
        await self.call("/v1.0/robot/none")
        answer = await self._http.post(
            f"{self.ding.world.old_url}/media/upload", files={"media": (name, content)},
            params={"access_token": self.token, "type": kind},
        )  # fmt: skip
        body: Json = answer.json()
        return body

    async def send(self, *users: str, key: str = "sampleText", **param: Any) -> httpx.Response:
        body = self.message(key, **param) | {"userIds": list(users)}
        return await self.call("/v1.0/robot/oToMessages/batchSend", body)

    async def send_to_group(
        self, group: str, key: str = "sampleText", **param: Any
    ) -> httpx.Response:
        body = self.message(key, **param) | {"openConversationId": group}
        return await self.call("/v1.0/robot/groupMessages/send", body)

    def message(self, key: str, **param: Any) -> Json:
        written = json.dumps(param, ensure_ascii=False)
        return {"robotCode": self.ding.robot_code, "msgKey": key, "msgParam": written}

    def card(self, space: str, *, text: str = "", buttons: Any = None, **more: Any) -> Json:
        """The body of createAndDeliver; `space` is IM_ROBOT.<staff id> or IM_GROUP.<group>."""
        params = {"msgContent": text}
        if buttons is not None:
            params["sys_full_json_obj"] = json.dumps({"msgButtons": buttons})
        return {
            "cardTemplateId": TEMPLATE, "outTrackId": "card_1", "callbackType": "STREAM",
            "cardData": {"cardParamMap": params}, "userIdType": 1,
            "openSpaceId": f"dtv1.card//{space}",
            "imRobotOpenSpaceModel": {"supportForward": True},
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
            "imGroupOpenSpaceModel": {"supportForward": True},
            "imGroupOpenDeliverModel": {"robotCode": self.ding.robot_code}, **more,
        }  # fmt: skip

    async def create_and_deliver(self, space: str, **more: Any) -> httpx.Response:
        return await self.call("/v1.0/card/instances/createAndDeliver", self.card(space, **more))

    async def stream(self, content: Any, **more: Any) -> httpx.Response:
        body = {
            "outTrackId": "card_1", "guid": uuid4().hex, "key": "msgContent", "content": content,
            "isFull": True, "isFinalize": False, "isError": False, **more,
        }  # fmt: skip
        return await self.call("/v1.0/card/streaming", body, method="PUT")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.aclose()


class Frames:
    """One connection, from the bot's side."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def next(self, *types: str) -> Json:
        """The next frame of one of these types (CALLBACK and EVENT when none is named). Raises
        TimeoutError when none comes."""
        wanted = types or ("CALLBACK", "EVENT")
        async with asyncio.timeout(WITHIN):
            while (frame := json.loads(await self.socket.recv()))["type"] not in wanted:
                pass
        found: Json = frame
        return found

    async def acknowledge(self, frame: Json, data: Any = None, code: int = 200) -> None:
        headers = {"messageId": frame["headers"]["messageId"], "contentType": "application/json"}
        answer = {"code": code, "headers": headers, "message": "OK"}
        await self.socket.send(json.dumps({**answer, "data": json.dumps(data or {})}))
