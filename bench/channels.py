"""Each channel at its emulator: how many messages a second come in and are answered, what that
costs, and whether one chat that hangs delays the others. The agent answers at once, so that the way
is measured; emulator and service share one process."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop

from bench.figures import percentile
from bot.delivery import Delivery
from bot.messages import Address, InboundMessage, OutboundMessage
from bot.service import Service
from config.roles import Role
from storage.database import Database
from storage.migrate import migrate
from tests.builders.service import a_service
from tests.fakes.agent import FakeAgent
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock
from tests.journeys.conftest import OpenWire
from tests.journeys.wires import console, dingtalk, telegram, wecom_app, wecom_bot
from tests.journeys.wires.base import Wire
from tools.people.service import add_person

_PEOPLE, _ROUNDS = 20, 10
_HUNG_SECONDS = 2.0
_WIRES: Mapping[str, OpenWire] = {
    "no platform": console.open_wire,
    "Telegram": telegram.open_wire,
    "WeCom AI bot": wecom_bot.open_wire,
    "WeCom app": wecom_app.open_wire,
    "DingTalk": dingtalk.open_wire,
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        uvloop.run(_prepared(empty))
        base = 0.0
        for name, open_wire in _WIRES.items():
            file = shutil.copy(empty, Path(folder) / f"{name}.db")
            rate, cpu = uvloop.run(_measured(f"sqlite+aiosqlite:///{file}", open_wire))
            base = base or cpu
            print(f"{name}: {rate:.0f} messages/s, {cpu:.1f} ms CPU each, {cpu / base:.1f} x none")
        alone, beside = (
            uvloop.run(_waits(f"sqlite+aiosqlite:///{shutil.copy(empty, file)}", hung=hung))
            for hung, file in ((False, f"{folder}/a.db"), (True, f"{folder}/b.db"))
        )
        print(
            f"P95 of {_PEOPLE} chats until the answer is out: {alone * 1000:.0f} ms; beside a chat"
            f" that hangs for {_HUNG_SECONDS:g} s: {beside * 1000:.0f} ms ({beside / alone:.2f} x)"
        )


async def _prepared(file: Path) -> None:
    async with Database(f"sqlite+aiosqlite:///{file}") as database:
        await migrate(database)


async def _measured(url: str, open_wire: OpenWire) -> tuple[float, float]:
    """Messages a second, and milliseconds of CPU for each."""
    async with AsyncExitStack() as stack:
        service, people = await _opened(stack, url)
        wire = await open_wire(stack, service)
        await _round(service, wire, people, 1)
        began, cpu = time.perf_counter(), time.process_time()
        for number in range(2, _ROUNDS + 2):
            await _round(service, wire, people, number)
        took, used = time.perf_counter() - began, time.process_time() - cpu
    return _PEOPLE * _ROUNDS / took, used / (_PEOPLE * _ROUNDS) * 1000


async def _round(service: Service, wire: Wire, people: list[str], number: int) -> None:
    """Everybody writes, and has an answer."""
    for person in people:
        await wire.write(person, person, f"message {number}", ())
    await service.settled()
    # What the platform's limits hold back comes when they allow it.
    while sum(len(wire.read(person)) for person in people) < len(people) * number:
        await asyncio.sleep(0.05)
        await service.settled()


class _Hanging(FakeChannel):
    """One chat of it hangs; it notes when the others got their answers."""

    def __init__(self, hung: str) -> None:
        super().__init__("fake")
        self._hung = hung
        self.at: dict[str, float] = {}
        self._sent = asyncio.Event()

    async def enough(self, count: int) -> None:
        """Wait until so many chats have their answer."""
        while len(self.at) < count:
            self._sent.clear()
            await self._sent.wait()

    async def send(self, part: OutboundMessage) -> str:
        if part.address.chat == self._hung:
            await asyncio.sleep(_HUNG_SECONDS)
        self.at[part.address.chat] = time.perf_counter()
        self._sent.set()
        return await super().send(part)


async def _waits(url: str, *, hung: bool) -> float:
    """Seconds until 95 % of the chats that do not hang have their answers."""
    async with AsyncExitStack() as stack:
        service, people = await _opened(stack, url)
        channel = _Hanging("hung" if hung else "")
        delivery: Delivery = service.deliver(channel)
        running = asyncio.create_task(delivery.run())
        stack.callback(running.cancel)
        await service.receive(_message("first"))
        await channel.enough(1)
        channel.at.clear()
        began = time.perf_counter()
        for person in ("hung", *people):
            await service.receive(_message(person))
        await service.gateway.idle()
        await channel.enough(len(people))
        return percentile([at - began for who, at in channel.at.items() if who != "hung"], 0.95)


async def _opened(stack: AsyncExitStack, url: str) -> tuple[Service, list[str]]:
    """A service whose agent answers at once, and the ids of its people."""
    database = await stack.enter_async_context(Database(url))
    clock = FakeClock()
    service = await a_service(database, {}, FakeAgent(), clock)
    async with database.unit_of_work() as session:
        people = [
            await add_person(
                session, service.organisation_id, clock, name=f"person {number}", role=Role.agent
            )
            for number in range(_PEOPLE)
        ]
    return service, [str(person.id) for person in people]


def _message(person: str) -> InboundMessage:
    return InboundMessage(
        external_id=person, address=Address(channel="fake", bot="bot", chat=person),
        sender_id=person, sender_name=person, text="hello",
    )  # fmt: skip


if __name__ == "__main__":
    main()
