"""Between the workers and PostgreSQL: passes everything on, and cuts a connection right after the
server has committed and before the worker hears of it, as a network does at the worst moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

# How drivers end a transaction, as it goes over the wire.
_COMMIT = b"COMMIT;"
_BYTES = 65_536


class DatabaseProxy:
    """`cut_commits(n)` cuts the next n connections that commit; `cuts` counts those that were."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._wanted = 0
        self._open: set[asyncio.Task[None]] = set()
        self.port = 0
        self.cuts = 0

    def cut_commits(self, number: int = 1) -> None:
        self._wanted += number

    def spare(self) -> None:
        """No more cuts, also of those that were wanted."""
        self._wanted = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["DatabaseProxy"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await _Connection(self, reader, writer).run(self._behind)
        finally:
            self._open.discard(task)

    def takes(self) -> bool:
        """Whether a commit that is on its way is to be cut; each one counts once."""
        if self._wanted <= 0:
            return False
        self._wanted -= 1
        return True


class _Connection:
    def __init__(
        self, proxy: DatabaseProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._proxy, self._reader, self._writer = proxy, reader, writer
        self._doomed = False

    async def run(self, port: int) -> None:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            to = asyncio.create_task(self._forth(writer))
            back = asyncio.create_task(self._back(reader))
            try:
                await asyncio.wait({to, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (to, back):
                    task.cancel()
                await asyncio.gather(to, back, return_exceptions=True)
                writer.close()
        self._writer.close()

    async def _forth(self, writer: asyncio.StreamWriter) -> None:
        while data := await self._reader.read(_BYTES):
            if _COMMIT in data and self._proxy.takes():
                self._doomed = True
            writer.write(data)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_BYTES):
            if self._doomed:
                # The server has answered, so it has committed.
                self._proxy.cuts += 1
                return
            self._writer.write(data)
            await self._writer.drain()
