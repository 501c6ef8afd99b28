"""Keeps the workers alive, as an orchestrator does: whoever dies is born again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.chaos.workers import Nursery, Worker

_AFTER_EXIT_SECONDS = 0.3
# More than a worker may take to stop.
_BORN_WITHIN_SECONDS = 60.0


class Supervisor:
    """`exits` are the statuses with which workers ended that nobody had killed. Raises TimeoutError
    when a worker does not end, or its successor is not born."""

    def __init__(self, nursery: Nursery, workers: Sequence[Worker]) -> None:
        self._nursery = nursery
        self.workers = workers
        self._armed: dict[str, str] = {}
        self._born = asyncio.Condition()
        self.exits: list[int] = []

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Supervisor"]:
        tasks = [asyncio.create_task(self._watch(worker)) for worker in self.workers]
        try:
            await asyncio.gather(*(self._births(worker, 1) for worker in self.workers))
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for worker in self.workers:
                worker.kill()

    async def kill(self, worker: Worker, *, failpoint: str | None = None) -> None:
        """Returns when another process is in its place, which dies at the failpoint."""
        births = worker.births
        if failpoint:
            self._armed[worker.name] = failpoint
        worker.kill()
        await self._births(worker, births + 1)

    async def end(self, worker: Worker) -> None:
        """With SIGTERM; returns when another process is in its place."""
        births = worker.births
        worker.end()
        await self._births(worker, births + 1)

    async def _watch(self, worker: Worker) -> None:
        while True:
            await self._nursery.start(worker, self._armed.pop(worker.name, None))
            async with self._born:
                self._born.notify_all()
            await worker.dead.wait()
            if worker.code != -9:
                self.exits.append(worker.code or 0)
                await asyncio.sleep(_AFTER_EXIT_SECONDS)

    async def _births(self, worker: Worker, number: int) -> None:
        async with asyncio.timeout(_BORN_WITHIN_SECONDS), self._born:
            await self._born.wait_for(lambda: worker.births >= number)
