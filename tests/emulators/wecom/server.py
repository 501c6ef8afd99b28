"""The emulator in Python's hands, and as a server: the interfaces and the control paths in one."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

from tests.emulators.serving import served
from tests.emulators.telegram.wire import Message, Receive, Send
from tests.emulators.wecom.control import Control
from tests.emulators.wecom.faults import Fault, Kind
from tests.emulators.wecom.http import HttpApi
from tests.emulators.wecom.ledger import Ledger
from tests.emulators.wecom.members import Member
from tests.emulators.wecom.pushing import Pusher
from tests.emulators.wecom.world import AGENT, ROBOT_KEY, App, Robot, Shown, open_world

Json = dict[str, Any]
T = TypeVar("T")


class WecomEmulator:
    """`scale` seconds of WeCom pass in one of ours (0: only when `clock.advance` says so)."""

    def __init__(
        self, *, scale: float = 1.0, flood: float = 1.0, seed: int = 0, ledger: Path | None = None
    ) -> None:
        self.world = open_world(scale, flood, seed, ledger)
        self.clock = self.world.clock
        self.ledger: Ledger = self.world.ledger
        self.api = HttpApi(self.world)
        self.world.apps[AGENT] = App(AGENT)
        self.world.robots[ROBOT_KEY] = Robot(ROBOT_KEY)
        self._pushers: dict[int, Pusher] = {}
        self._control = Control(self)
        self._serving = AsyncExitStack()
        self.url = ""

    @property
    def app(self) -> App:
        """Of the first app."""
        return self.world.apps[AGENT]

    @property
    def robot(self) -> Robot:
        return self.world.robots[ROBOT_KEY]

    def pusher(self, agent: int = AGENT) -> Pusher:
        if agent not in self._pushers:
            self._pushers[agent] = Pusher(self.world, self.world.apps[agent])
        return self._pushers[agent]

    def calls(self, url: str, agent: int = AGENT) -> None:
        """Where the app is called from now on; empty: nowhere, what happens waits."""
        self.pusher(agent).calls(url)

    async def accepts_url(self, agent: int = AGENT) -> bool:
        return await self.pusher(agent).accepts_url()

    def member(self, userid: str, name: str = "", agent: int = AGENT) -> Member:
        """New or known."""
        self.world.members.setdefault(userid, name or userid)
        return Member(self.world, self.world.apps[agent], self.pusher(agent), userid)

    def screen(self, userid: str) -> list[Shown]:
        """What a member sees, in order."""
        return [shown for shown in self.world.screen(userid) if not shown.recalled]

    def fault(
        self,
        kind: Kind | str,
        *,
        path: str | None = None,
        to: str | None = None,
        count: int | None = 1,
        probability: float = 1.0,
        value: float = 1.0,
    ) -> Fault:
        """`hits` of the fault says how often it was met."""
        fault = Fault(
            kind=Kind(kind), path=path, to=to, count=count, probability=probability, value=value
        )
        self.world.faults.planned.append(fault)
        return fault

    async def wait_for(self, found: Callable[[], T | None], within: float = 60.0) -> T:
        """The first true thing that `found` returns; asked again when the ledger grows."""
        try:
            async with asyncio.timeout(within):
                while not (result := found()):
                    await self.ledger.changed().wait()
        except TimeoutError:
            tail = "\n".join(
                json.dumps(each, ensure_ascii=False) for each in self.ledger.entries[-8:]
            )
            raise AssertionError(f"it did not come in {within} s; last entries:\n{tail}") from None
        return result

    async def answer(self, userid: str, number: int = 1) -> Shown:
        """The message of this number on a member's screen, sooner or later."""
        await self.wait_for(lambda: len(self.screen(userid)) >= number)
        return self.screen(userid)[number - 1]

    async def taken(self, id_: str) -> Json:
        """The end of an event: that it was acknowledged, or dropped."""

        def ended() -> Json | None:
            return next(
                (each for each in self.ledger.pushes(id_=id_)
                 if each["event"] in ("taken", "dropped")), None,
            )  # fmt: skip

        return await self.wait_for(ended)

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if str(scope.get("path", "")).startswith("/__emu__/"):
            await self._control.serve(scope, receive, send)
        else:
            await self.api.serve(scope, receive, send)

    async def __aenter__(self) -> Self:
        self.url = await self._serving.enter_async_context(served(self.serve))
        return self

    async def __aexit__(self, *error: object) -> None:
        for pusher in self._pushers.values():
            await pusher.close()
        await self._serving.aclose()
        self.ledger.close()
