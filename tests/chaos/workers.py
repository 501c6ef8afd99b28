"""The workers, as the harness holds them: born in the nursery, killed, stopped and woken."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120.0
_STARTED_WITHIN_SECONDS = 60.0


@dataclass(kw_only=True)
class Worker:
    """One place for a process, with a port and a log file; `plant` is a bug of `planted.PLANTS` that it gets.
    `code` is how the last process ended, −9 when it was killed."""

    name: str
    port: int
    environment: dict[str, str]
    log: Path
    plant: str | None = None
    pid: int = 0
    code: int | None = None
    births: int = 0
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """Politely."""
        self._signal(signal.SIGTERM)

    async def serving(self) -> None:
        """Wait until somebody listens on the port; at most for as long as a start may take."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_STARTED_WITHIN_SECONDS):
                while not await _listens(self.port):
                    await asyncio.sleep(0.05)

    async def died_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.dead.wait()
        except TimeoutError:
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        if not self.dead.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Nursery:
    """Forks workers; its process runs `tests.chaos.nursery`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._births: deque[asyncio.Future[int]] = deque()
        self._alive: dict[int, Worker] = {}

    async def start(self, worker: Worker, failpoint: str | None = None) -> None:
        """A new process in the worker's place; it dies when it comes to the failpoint."""
        extra = {"HUOKE_FAILPOINT": failpoint} if failpoint else {}
        order = {
            "environment": {**worker.environment, **extra}, "plant": worker.plant,
            "log": str(worker.log),
        }  # fmt: skip
        born = asyncio.get_running_loop().create_future()
        self._births.append(born)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            worker.pid = await born
        worker.code, worker.births = None, worker.births + 1
        worker.dead.clear()
        self._alive[worker.pid] = worker

    async def listen(self) -> None:
        """Until the nursery ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said: dict[str, Any] = json.loads(line)
            if "born" in said:
                self._births.popleft().set_result(said["born"])
                await asyncio.sleep(0)
            elif worker := self._alive.pop(said.get("died", 0), None):
                worker.code = said["code"]
                worker.dead.set()

    def kill_all(self) -> None:
        for worker in [*self._alive.values()]:
            worker.kill()


@asynccontextmanager
async def open_nursery(logs: Path) -> AsyncIterator[Nursery]:
    """Returns when the product is imported there; at the end no worker is left."""
    environment = _clean(os.environ) | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    with (logs / "nursery.log").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.chaos.nursery",
            cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE, stderr=errors,
        )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(_PATIENCE_SECONDS):
        if not await process.stdout.readline():
            raise RuntimeError((logs / "nursery.log").read_text())
    nursery = Nursery(process)
    listening = asyncio.create_task(nursery.listen())
    try:
        yield nursery
    finally:
        nursery.kill_all()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def environment_of(name: str, folder: Path, **settings: str) -> dict[str, str]:
    """What a worker finds around it: its own data folder, and nothing of ours."""
    data = folder / name
    data.mkdir(parents=True, exist_ok=True)
    return _clean(os.environ) | {
        "DATA_DIR": str(data), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", **settings,
    }  # fmt: skip


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
    return {name: environment[name] for name in kept if name in environment}
