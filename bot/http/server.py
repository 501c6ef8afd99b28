"""Runs the HTTP application inside the service's own loop."""

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette

from config.errors import ConfigurationError
from config.settings import HttpSettings

_BACKLOG = 1_024
_MOST_CONNECTIONS = 1_000
# Longer than platforms and proxies keep a silent connection: who closes first cuts off a call.
_KEEP_ALIVE_SECONDS = 75
# A webhook is answered when its message is on disk: what takes longer is stuck.
_FINISH_WITHIN = timedelta(seconds=5)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # SIGTERM ends more than HTTP, and in an order: run_bot.py listens to it.
        yield


@asynccontextmanager
async def serving(app: Starlette, settings: HttpSettings) -> AsyncIterator[int]:
    """Serve while the block runs; yields the port. At the end no new connection is taken, and what
    is being answered is finished, within five seconds."""
    with _listening(settings) as listening:
        server = _Server(_configuration(app, settings))
        running = asyncio.create_task(server.serve(sockets=[listening]), name="http")
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await running


def _configuration(app: Starlette, settings: HttpSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        # Paths and queries may carry what no log should.
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(
            min(_FINISH_WITHIN, settings.stop_within).total_seconds()
        ),
    )


def _listening(settings: HttpSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server(
            (settings.host, settings.port), family=family, backlog=_BACKLOG,
            reuse_port=settings.reuse_port,
        )  # fmt: skip
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}). Set "
            "HTTP__PORT or HTTP__HOST, or stop the program that has this port; two HuoKe share one "
            "with HTTP__REUSE_PORT=true"
        ) from None
