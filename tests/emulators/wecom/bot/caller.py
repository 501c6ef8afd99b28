"""WeCom calling a bot in URL mode: signed and encrypted, against the clock, again when it fails."""

import asyncio
import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.emulators.wecom.bot.commands import Commands
from tests.emulators.wecom.bot.ledger import Ledger
from tests.emulators.wecom.bot.world import Refusal, Shown, World
from tests.emulators.wecom.envelope import Seal

Json = dict[str, Any]

CHECK_WITHIN, ANSWER_WITHIN = 1.0, 5.0
_ATTEMPTS, _AGAIN_AFTER = 3, 5.0
_POLL_EVERY, _POLL_FOR = 1.0, 360.0
_URL_FOR = 3600.0


class Violation(Exception):
    """The bot answered what WeCom does not take."""


@dataclass(kw_only=True)
class ResponseUrl:
    """Where one more message may be posted."""

    chat: str
    began: float
    used: bool = False


@dataclass(kw_only=True)
class Spoiling:
    """How the next calls are spoiled: `signature` another, `receiver` another, `old` by so many
    seconds, `lost`: the answer of the bot does not arrive."""

    signature: bool = False
    receiver: str = ""
    old: int = 0
    lost: int = 0


@dataclass
class _Call:
    body: Json
    chat: str
    kind: str
    task: str
    statuses: list[int] = field(default_factory=list)


class Caller:
    """`url` is the bot's, `api` ours."""

    def __init__(
        self, world: World, commands: Commands, ledger: Ledger, url: str, token: str,
        aes_key: str, api: str, bot_id: str,
    ) -> None:  # fmt: skip
        self.spoiling = Spoiling()
        self._world, self._commands, self._ledger = world, commands, ledger
        self.url, self._token, self._key = url, token, aes_key
        self._seal = Seal(token, aes_key, "")
        self._api, self._bot_id = api, bot_id
        self._http = httpx.AsyncClient(trust_env=False)
        self._urls: dict[str, ResponseUrl] = {}
        self._queue: asyncio.Queue[_Call] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = {asyncio.create_task(self._calls())}

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def checks_the_url(self) -> bool:
        """As when it is saved in the bot's page: whether the bot gave the right echo in time."""
        echo = secrets.token_hex(10)
        query = self._signed(self._seal.encrypt(echo.encode()))
        query["echostr"] = query.pop("encrypt")
        answer = await self._http.get(self.url, params=query, timeout=CHECK_WITHIN)
        return answer.status_code == 200 and answer.content == echo.encode()

    def tell(self, body: Json, chat: str, kind: str, task: str) -> None:
        code = secrets.token_hex(12)
        self._urls[code] = ResponseUrl(chat=chat, began=self._world.clock.ticks())
        address = f"{self._api}/cgi-bin/aibot/response?response_code={code}"
        body = body | {"aibotid": self._bot_id, "response_url": address}
        self._queue.put_nowait(_Call(self._without_keys(body), chat, kind, task))

    def respond(self, code: str, body: Json) -> Json:
        """What is posted to a response_url."""
        found = self._urls.get(code)
        try:
            if found is None or found.used or self._world.clock.ticks() - found.began > _URL_FOR:
                raise Refusal(860001, "invalid response_code")
            self._commands.message(found.chat, body, ("markdown", "template_card"))
        except Refusal as refusal:
            self._ledger.write("refused", command="response_url", errcode=refusal.code)
            return {"errcode": refusal.code, "errmsg": f"{refusal.said}, hint: [1700]"}
        found.used = True
        self._ledger.write("effect", command="response_url", chat=found.chat, body=body)
        return {"errcode": 0, "errmsg": "ok"}

    async def post(self, body: Json) -> httpx.Response:
        """One call with this inside."""
        spoiling = self.spoiling
        seal = Seal(self._token, self._key, spoiling.receiver)
        query = self._signed(seal.encrypt(json.dumps(body, ensure_ascii=False).encode()))
        content = {"encrypt": query.pop("encrypt")}
        if spoiling.signature:
            query["msg_signature"] = query["msg_signature"][::-1]
        return await self._http.post(self.url, params=query, json=content, timeout=ANSWER_WITHIN)

    async def _calls(self) -> None:
        while True:
            call = await self._queue.get()
            for _ in range(_ATTEMPTS):
                if await self._attempt(call):
                    break
                await self._world.clock.sleep(_AGAIN_AFTER)

    async def _attempt(self, call: _Call) -> bool:
        """Whether WeCom is content: with the same msgid it tries again when not."""
        status = 0
        try:
            answer = await self.post(call.body)
            status = answer.status_code
        except httpx.HTTPError:
            answer = None
        call.statuses.append(status)
        self._ledger.write(
            "event", command=call.kind, chat=call.chat, body=call.body, status=status
        )
        if answer is None or status != 200:
            return False
        if self.spoiling.lost > 0:
            self.spoiling.lost -= 1
            return False
        try:
            self._replied(call, answer)
        except (Violation, Refusal) as error:
            self._ledger.write("violation", said=str(error), chat=call.chat)
        return True

    def _replied(self, call: _Call, answer: httpx.Response) -> None:
        if not answer.content:
            return
        body = self.opened(answer)
        match body.get("msgtype"):
            case "stream" | "stream_with_template_card" if call.kind == "message":
                if not self._streamed(call.chat, body):
                    task = asyncio.create_task(self._poll(call, body["stream"]["id"]))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
            case "text" if call.kind == "enter_chat":
                content = self._commands.text(body["text"]["content"])
                self._world.show(call.chat, Shown(kind="text", content=content))
            case None if body.get("response_type") == "update_template_card":
                self._commands.update(call.chat, body, call.task)
            case other:
                raise Violation(f"{other} is no answer to {call.kind}")

    def _streamed(self, chat: str, body: Json) -> bool:
        """Show one frame; whether it was the last."""
        finish = body["stream"]["finish"] is True
        pictures = body["stream"].get("msg_item", [])
        if pictures and (not finish or len(pictures) > 10):
            raise Violation("msg_item before the end, or too many")
        self._commands.stream(chat, body)
        for item in pictures:
            self._world.show(chat, self._picture(item))
        if body["msgtype"] == "stream_with_template_card" and "template_card" in body:
            self._commands.message(chat, body | {"msgtype": "template_card"}, ("template_card",))
        self._ledger.write(
            "effect", command="stream", chat=chat, body=body["stream"], finish=finish
        )
        return finish

    def _picture(self, item: Json) -> Shown:
        try:
            data = base64.b64decode(item["image"]["base64"], validate=True)
            digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        except (KeyError, binascii.Error):
            raise Violation("a picture that is none") from None
        if digest != item["image"]["md5"]:
            raise Violation("the md5 of a picture is another")
        return Shown(kind="image", data=data)

    async def _poll(self, call: _Call, stream: str) -> None:
        began = self._world.clock.ticks()
        body = {name: call.body[name] for name in ("aibotid", "from", "chattype")}
        while self._world.clock.ticks() - began < _POLL_FOR:
            await self._world.clock.sleep(_POLL_EVERY)
            asked = body | {
                "msgid": secrets.token_hex(8), "msgtype": "stream", "stream": {"id": stream}
            }  # fmt: skip
            try:
                answer = await self.post(asked)
                if answer.status_code != 200 or not answer.content:
                    continue
                if self._streamed(call.chat, self.opened(answer)):
                    return
            except httpx.HTTPError:
                continue
            except (Violation, Refusal) as error:
                self._ledger.write("violation", said=str(error), chat=call.chat)
                return

    def opened(self, answer: httpx.Response) -> Json:
        """The checked reply. Raises Violation."""
        sealed = answer.json()
        nonce = answer.request.url.params["nonce"]
        timestamp = sealed["timestamp"]
        if sealed["nonce"] != nonce or not isinstance(timestamp, int):
            raise Violation("the nonce is another, or the timestamp no number")
        expected = self._seal.signature(str(timestamp), nonce, sealed["encrypt"])
        if sealed["msgsignature"] != expected:
            raise Violation("the signature is wrong")
        body: Json = json.loads(self._seal.decrypt(sealed["encrypt"]))
        return body

    def _signed(self, encrypted: str) -> dict[str, str]:
        nonce = str(secrets.randbelow(10**10))
        timestamp = str(self._world.clock.date() - self.spoiling.old)
        return {
            "msg_signature": self._seal.signature(timestamp, nonce, encrypted),
            "timestamp": timestamp, "nonce": nonce, "encrypt": encrypted,
        }  # fmt: skip

    def _without_keys(self, body: Any) -> Any:
        """In this mode files are encrypted with the bot's own key."""
        if isinstance(body, dict):
            return {
                name: self._without_keys(value) for name, value in body.items() if name != "aeskey"
            }
        if isinstance(body, list):
            return [self._without_keys(each) for each in body]
        return body
