"""The faults, in an order and at moments that a seed decides."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from random import Random

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config.failpoints import NAMES
from tests.chaos.load import Load
from tests.chaos.stage import LEASE_SECONDS, Stage
from tests.emulators.openai_api import Fault as ModelFault
from tests.emulators.telegram.faults import Kind

_REACHED_WITHIN_SECONDS = 90.0
_PROVOKE_EVERY_SECONDS = 0.5
_KILLED_AT_WORK = 0.8
_WORKED_SECONDS = 1.0
# Runs that are long meet every failpoint again and again.
_KILLS_A_ROUND = 200
_SENDING = (
    Kind.reset_after, Kind.reset_before, Kind.cut, Kind.lost, Kind.malformed, Kind.restart,
    Kind.bad_gateway, Kind.flood,
)  # fmt: skip
_DUE = "UPDATE jobs SET due_at = now() - interval '1 minute' WHERE kind = 'reports.push'"

EVERY_POINT = NAMES

Strike = Callable[[], Awaitable[None]]


class Fire:
    """`struck` counts the faults by name; `missed` are failpoints that no worker came to; `journal`
    has a line for each strike."""

    def __init__(self, seed: int, stage: Stage, load: Load) -> None:
        self._random = Random(seed)
        self._stage = stage
        self._load = load
        self._began = time.monotonic()
        self.struck: Counter[str] = Counter()
        self.missed: list[str] = []
        self.journal: list[str] = []

    async def burn(self, kills: int, *, points: Sequence[str], others: bool, pause: float) -> None:
        """Strike again and again, so many seconds apart: so many kills at any moment, one at each
        of the failpoints (in each round), and, if wished, all `others` between them."""
        strikes: list[Strike] = [
            *[partial(self._kill_at, name) for name in points] * max(1, kills // _KILLS_A_ROUND),
            *[self._kill] * max(0, kills - len(points)),
        ]
        if others:
            strikes += self._others() * max(1, kills // 40)
        self._random.shuffle(strikes)
        for strike in strikes:
            await asyncio.sleep(self._random.uniform(0.1, 2 * pause))
            await self._noted(strike)

    async def _noted(self, strike: Strike) -> None:
        before, began = Counter(self.struck), time.monotonic()
        await strike()
        names = ", ".join(self.struck - before) or "missed"
        at, took = began - self._began, time.monotonic() - began
        self.journal.append(f"{at:6.1f} s, for {took:.1f} s: {names}")

    def _others(self) -> list[Strike]:
        return [
            self._stop, self._flush_redis, self._kill_redis, self._crash_postgres,
            self._cut_commits, self._spoil_sends, self._spoil_model, self._end_politely,
        ]  # fmt: skip

    def smoulder(self, duplicates: float) -> None:
        """Small faults, all the time, until `put_out`."""
        self._stage.telegram.fault(Kind.duplicate, count=None, probability=duplicates)
        self._stage.telegram.fault(Kind.shuffle, count=None, probability=0.1)
        for kind in (Kind.reset_after, Kind.lost, Kind.restart, Kind.flood):
            self._stage.telegram.fault(kind, method="sendMessage", count=None, probability=0.02)

    def put_out(self) -> None:
        """No more faults, also of those that wait for their moment."""
        self._stage.telegram.faults.clear()
        self._stage.model.troubles.clear()
        self._stage.proxy.spare()

    def kill_both(self) -> None:
        for worker in self._stage.supervisor.workers:
            self.struck["kill"] += 1
            worker.kill()

    async def _kill(self) -> None:
        """At any moment of a worker's life; mostly of the part in which it works."""
        worker = self._random.choice(self._stage.supervisor.workers)
        if self._random.random() < _KILLED_AT_WORK:
            await worker.serving()
            await asyncio.sleep(self._random.uniform(0, _WORKED_SECONDS))
        self.struck["kill"] += 1
        await self._stage.supervisor.kill(worker)

    async def _kill_at(self, name: str) -> None:
        """Kill a worker at any moment, and the next one in its place at the failpoint."""
        worker = self._random.choice(self._stage.supervisor.workers)
        self.struck["kill"] += 1
        await self._stage.supervisor.kill(worker, failpoint=name)
        self._stage.balancer.favourite = worker.name
        for _ in range(int(_REACHED_WITHIN_SECONDS / _PROVOKE_EVERY_SECONDS)):
            await self._provoke(name)
            if await worker.died_within(_PROVOKE_EVERY_SECONDS):
                self.struck[f"at {name}"] += 1
                break
        else:
            self.missed.append(name)
            await self._stage.supervisor.kill(worker)
        self._stage.balancer.favourite = ""

    async def _provoke(self, name: str) -> None:
        if not name.startswith("job_"):
            self._load.provoke(name)
            self._load.press()
            return
        with suppress(SQLAlchemyError, OSError):
            async with self._stage.database.unit_of_work() as session:
                await session.execute(text(_DUE))

    async def _stop(self) -> None:
        """Stop one for longer than its leases last, and wake it."""
        self.struck["stopped"] += 1
        worker = self._random.choice(self._stage.supervisor.workers)
        worker.stop()
        await asyncio.sleep(LEASE_SECONDS * 1.5)
        worker.wake()

    async def _end_politely(self) -> None:
        """SIGTERM, as in a rolling restart."""
        self.struck["ended"] += 1
        await self._stage.supervisor.end(self._random.choice(self._stage.supervisor.workers))

    async def _flush_redis(self) -> None:
        self.struck["redis flushed"] += 1
        await asyncio.to_thread(self._stage.arena.redis.flush)

    async def _kill_redis(self) -> None:
        self.struck["redis killed"] += 1
        await asyncio.to_thread(self._stage.arena.redis.kill)
        await asyncio.sleep(self._random.uniform(0.2, 1.5))
        await asyncio.to_thread(self._stage.arena.redis.start)

    async def _crash_postgres(self) -> None:
        self.struck["postgres crashed"] += 1
        await asyncio.to_thread(self._stage.arena.postgres.stop_at_once)
        await asyncio.sleep(self._random.uniform(0.1, 1.0))
        await asyncio.to_thread(self._stage.arena.postgres.start)

    async def _cut_commits(self) -> None:
        """The next few connections that commit are cut before they hear of it."""
        self.struck["commits to cut"] += 4
        for _ in range(4):
            self._stage.proxy.cut_commits()
            await asyncio.sleep(self._random.uniform(0.05, 0.3))

    async def _spoil_sends(self) -> None:
        self.struck["sends spoilt"] += len(_SENDING)
        for kind in _SENDING:
            self._stage.telegram.fault(kind, method="sendMessage")

    async def _spoil_model(self) -> None:
        troubles = (ModelFault.cut, ModelFault.broken, ModelFault.busy, ModelFault.garbage)
        self.struck["answers of the model spoilt"] += len(troubles)
        self._stage.model.troubles.extend(troubles)
