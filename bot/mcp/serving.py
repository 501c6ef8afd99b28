"""The two ways to reach the MCP server: the pipes of a process that starts us, and HTTP."""

import asyncio
import signal
import sys
from typing import Any

from mcp.server import Server
from mcp.server.auth.provider import TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.stdio import stdio_server
from pydantic import AnyHttpUrl

from bot.http.server import serving
from config.errors import ConfigurationError
from config.settings import HttpSettings

PATH = "/mcp"


async def serve_stdio(server: Server[Any]) -> None:
    """Until the other side closes its pipe. Standard output is the protocol's alone."""
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


async def serve_http(server: Server[Any], verifier: TokenVerifier, settings: HttpSettings) -> None:
    """Until SIGTERM or SIGINT. Every request shows a bearer token."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    site = f"http://{settings.host}:{settings.port}"
    app = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, host=settings.host,
        max_request_body_size=settings.max_body_bytes, token_verifier=verifier,
        # Tokens are ours: there is no sign-in elsewhere to point to.
        auth=AuthSettings(issuer_url=AnyHttpUrl(site), resource_server_url=None),
    )  # fmt: skip
    try:
        async with app.router.lifespan_context(app), serving(app, settings) as port:
            sys.stdout.write(f"HuoKe serves MCP at http://{settings.host}:{port}{PATH}\n")
            sys.stdout.flush()
            await stop.wait()
    except ExceptionGroup as group:
        # The sessions' tasks wrap a port that is taken.
        if isinstance(group.exceptions[0], ConfigurationError):
            raise group.exceptions[0] from None
        raise
