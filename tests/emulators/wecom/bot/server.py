"""The emulator as servers: a WebSocket for the bot, HTTP for its files and for control."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from ssl import SSLContext
from typing import Any, Self

from websockets.asyncio.server import serve

from tests.emulators.serving import served
from tests.emulators.telegram.clock import Clock
from tests.emulators.wecom.bot.caller import Caller
from tests.emulators.wecom.bot.faults import Fault, Faults, Kind
from tests.emulators.wecom.bot.http import Http
from tests.emulators.wecom.bot.ledger import Ledger
from tests.emulators.wecom.bot.people import Person
from tests.emulators.wecom.bot.socket import Socket
from tests.emulators.wecom.bot.world import Shown, World

Json = dict[str, Any]


class WecomBotEmulator:
    """One bot. `ws` and `api` are its addresses while it is served."""

    def __init__(
        self,
        *,
        scale: float = 1.0,
        flood: float = 1.0,
        ledger: Path | None = None,
        ssl: SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.bot_id, self.secret = f"aib{secrets.token_hex(6)}", secrets.token_hex(16)
        self.clock = Clock(scale)
        self.ledger = Ledger(self.clock.exact, ledger)
        self.faults = Faults()
        self.world = World(self.clock, flood)
        self.socket = Socket(self.world, self.ledger, self.faults, self.bot_id, self.secret)
        self.ws = self.api = self.aes_key = ""
        self.caller: Caller | None = None
        self._people: dict[str, Person] = {}
        self._ssl, self._port = ssl, port
        self._serving = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.api = await self._serving.enter_async_context(served(Http(self).app))
        server = await self._serving.enter_async_context(
            serve(
                self.socket.serve, "127.0.0.1", self._port, ssl=self._ssl, max_size=2**24,
                ping_interval=None, close_timeout=1,
            )
        )  # fmt: skip
        self._serving.push_async_callback(self.socket.close)
        port = next(iter(server.sockets)).getsockname()[1]
        self.ws = f"{'wss' if self._ssl else 'ws'}://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._serving.aclose()
        self.ledger.close()

    async def calls(self, url: str, token: str, aes_key: str) -> Caller:
        """From now on the bot is in URL mode, and called there."""
        self.aes_key = aes_key
        self.caller = Caller(
            self.world, self.socket.commands, self.ledger, url, token, aes_key, self.api,
            self.bot_id,
        )  # fmt: skip
        self._serving.push_async_callback(self.caller.close)
        return self.caller

    def user(self, userid: str) -> Person:
        if userid not in self._people:
            self._people[userid] = Person(self.world, self.tell, userid, self.api)
        return self._people[userid]

    def tell(self, command: str, body: Json, chat: str, kind: str, task: str = "") -> None:
        if self.caller is not None:
            self.caller.tell(body, chat, kind, task)
            return
        body = body | {"aibotid": self.bot_id}
        request = self.world.request(kind, chat, task)
        self.socket.tell({"cmd": command, "headers": {"req_id": request}, "body": body}, chat)

    def fault(self, kind: str, **options: Any) -> Fault:
        fault = Fault(kind=Kind(kind), **options)
        self.faults.planned.append(fault)
        return fault

    def kick(self) -> None:
        self.socket.kick()

    def shown(self, chat: str) -> list[Shown]:
        """The bot's messages in a chat (a userid, or `group:` and a chatid), as people see them."""
        return self.world.chats.get(chat, [])

    async def until(self, found: Callable[[], object], within: float = 60.0) -> None:
        async with asyncio.timeout(within):
            while not found():
                await asyncio.sleep(0.005)

    async def connected(self) -> None:
        """Until a bot is subscribed."""
        await self.until(lambda: self.socket.subscribed)
