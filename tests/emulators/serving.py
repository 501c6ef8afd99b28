"""Runs an ASGI application on a free port of this machine while a test needs it."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from typing import Any

import uvicorn

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


@asynccontextmanager
async def served(app: AsgiApp) -> AsyncIterator[str]:
    """Yields the base URL, without a slash at its end."""
    # asyncio switches Nagle's delays off only for sockets that name their protocol.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            app, interface="asgi3", log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            server.force_exit = True
            await running


async def serve_process(app: AsgiApp, port: int, started: Callable[[str], None]) -> None:
    """Until the process is told to stop. Prints the URL (port 0: a free one) as the first line,
    once `started` was called with it."""
    config = uvicorn.Config(
        app, interface="asgi3", port=port, log_level="critical", lifespan="off",
        access_log=False, timeout_graceful_shutdown=1, timeout_keep_alive=75,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        started(url)
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
    await serving


@contextmanager
def served_in_a_thread(app: AsgiApp) -> Iterator[str]:
    """The same for a test that waits for another process."""
    ready: Future[str] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with served(app) as url:
            ready.set_result(url)
            await stop.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield ready.result(timeout=30)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
