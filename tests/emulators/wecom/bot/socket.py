"""The WebSocket that a bot connects to."""

import asyncio
import json
import secrets
from collections import deque
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.emulators.wecom.bot.commands import Commands
from tests.emulators.wecom.bot.faults import Fault, Faults, Kind
from tests.emulators.wecom.bot.ledger import Ledger
from tests.emulators.wecom.bot.world import Refusal, World

Json = dict[str, Any]

_FRAGMENT = 7


class Socket:
    """Connections of one bot: the newest that subscribed is the one."""

    def __init__(
        self, world: World, ledger: Ledger, faults: Faults, bot_id: str, secret: str
    ) -> None:
        self.commands = Commands(world)
        self.subscribed: ServerConnection | None = None
        # Of each connection that was made, how it ended: what the server saw.
        self.subscriptions = 0
        self.pings = 0
        self._ledger, self._faults = ledger, faults
        self._bot_id, self._secret = bot_id, secret
        self._waiting: deque[tuple[Json, str | None]] = deque()
        self._again: list[tuple[Json, str | None]] = []
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._delivering = asyncio.Lock()

    async def serve(self, connection: ServerConnection) -> None:
        try:
            async for text in connection:
                task = asyncio.create_task(self._handle(connection, text))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                # In the order that they came, unless one is made to wait.
                await asyncio.sleep(0)
        except ConnectionClosed:
            pass
        finally:
            if self.subscribed is connection:
                self.subscribed = None

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell(self, frame: Json, chat: str | None) -> None:
        """An event, now or as soon as a bot is there."""
        self._waiting.append((frame, chat))
        self._spawn(self._deliver())

    def invalidate(self) -> None:
        """The server forgets the subscription; the connection stays."""
        self.subscribed = None

    def kick(self) -> None:
        """Another program subscribed."""
        if self.subscribed is not None:
            old, self.subscribed = self.subscribed, None
            self._spawn(self._kicked(old))

    async def end(self, code: int) -> None:
        """Close the bot's connection: 1006 without a word."""
        if self.subscribed is not None:
            await self._ended(self.subscribed, code)

    async def _handle(self, connection: ServerConnection, text: str | bytes) -> None:
        frame = json.loads(text)
        command, request = frame.get("cmd"), frame.get("headers", {}).get("req_id")
        body = frame.get("body", {})
        if not isinstance(command, str) or not isinstance(request, str) or not request:
            self._ledger.write("violation", said="a frame without cmd or req_id", frame=frame)
            await self._ack(connection, str(request), 40058, "invalid request parameter")
            return
        chat = self.commands.chat(command, body, request)
        fault = self._faults.for_call(command, chat)
        if command == "ping":
            self.pings += 1
        elif request in self._busy:
            self._ledger.write("violation", said="a frame before the ack of another", frame=frame)
        self._busy.add(request)
        try:
            await self._met(connection, command, request, body, chat, fault)
        finally:
            self._busy.discard(request)

    async def _met(
        self, connection: ServerConnection, command: str, request: str, body: Json,
        chat: str | None, fault: Fault | None,
    ) -> None:  # fmt: skip
        kind = fault.kind if fault else None
        value = fault.value if fault else 0.0
        if kind is Kind.no_ack:
            return
        if kind is Kind.close:
            await self._ended(connection, int(value))
            return
        try:
            if kind is Kind.refuse:
                raise Refusal(int(value), "made to fail")
            answer = self._done(connection, command, request, body)
        except Refusal as refusal:
            self._ledger.write("refused", command=command, chat=chat, errcode=refusal.code)
            await self._ack(connection, request, refusal.code, f"{refusal.said}, hint: [1700]")
            return
        if command not in ("ping", "aibot_subscribe"):
            self._ledger.write(
                "effect", command=command, chat=chat, request=request, body=body,
                outcome=kind.value if kind else "ok",
            )  # fmt: skip
        if kind is Kind.unseen:
            return
        if kind is Kind.close_after:
            await self._ended(connection, int(value))
            return
        if kind is Kind.slow:
            await asyncio.sleep(value)
        await self._ack(connection, request, 0, "ok", answer)
        if command == "aibot_subscribe":
            self._waiting.extendleft(reversed(self._again))
            self._again.clear()
            await self._deliver()

    def _done(self, connection: ServerConnection, command: str, request: str, body: Json) -> Json:
        if command == "aibot_subscribe":
            return self._subscribe(connection, body)
        if self.subscribed is not connection:
            raise Refusal(846609, "aibot websocket not subscribed")
        if command == "ping":
            return {}
        known = self.commands.known.get(command)
        if known is None:
            raise Refusal(40058, "invalid request parameter: cmd")
        return known(body, request)

    def _subscribe(self, connection: ServerConnection, body: Json) -> Json:
        if body.get("bot_id") != self._bot_id:
            raise Refusal(93019, "invalid bot_id")
        if body.get("secret") != self._secret:
            raise Refusal(853000, "signature or secret incorrect")
        if self.subscribed is not None and self.subscribed is not connection:
            self.kick()
        self.subscribed = connection
        self.subscriptions += 1
        return {}

    async def _deliver(self) -> None:
        async with self._delivering:
            while self._waiting and self.subscribed is not None:
                frame, chat = self._waiting[0]
                fault = self._faults.for_event(frame["cmd"], chat)
                try:
                    await self._told(self.subscribed, frame, fault)
                except ConnectionClosed:
                    return
                self._ledger.write("event", command=frame["cmd"], chat=chat, body=frame["body"])
                self._waiting.popleft()
                if fault and fault.kind is Kind.duplicate:
                    self._again.append((frame, chat))

    async def _told(self, connection: ServerConnection, frame: Json, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if kind is Kind.huge and fault:
            frame = frame | {"padding": "x" * int(fault.value * 2**20)}
        text = json.dumps(frame, ensure_ascii=False)
        if kind is Kind.garbage:
            for rubbish in ("no JSON", "[]", '{"cmd":7}', "{" * 100_000, '{"headers":{}}'):
                await connection.send(rubbish)
        if kind is Kind.fragments:
            await connection.send(
                [text[at : at + _FRAGMENT] for at in range(0, len(text), _FRAGMENT)]
            )
        else:
            await connection.send(text)

    async def _ack(
        self, connection: ServerConnection, request: str, code: int, said: str,
        body: Json | None = None,
    ) -> None:  # fmt: skip
        ack: Json = {"headers": {"req_id": request}, "errcode": code, "errmsg": said}
        try:
            await connection.send(json.dumps(ack | ({"body": body} if body else {})))
        except ConnectionClosed:
            return

    async def _kicked(self, connection: ServerConnection) -> None:
        frame = {
            "cmd": "aibot_event_callback",
            "headers": {"req_id": secrets.token_hex(8)},
            "body": {
                "msgid": secrets.token_hex(8), "aibotid": self._bot_id, "msgtype": "event",
                "event": {"eventtype": "disconnected_event"},
            },
        }  # fmt: skip
        try:
            await connection.send(json.dumps(frame))
            await connection.close()
        except ConnectionClosed:
            return

    async def _ended(self, connection: ServerConnection, code: int) -> None:
        if self.subscribed is connection:
            self.subscribed = None
        if code == 1006:
            connection.transport.abort()
        else:
            await connection.close(code)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
