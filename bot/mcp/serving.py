"""The ways to reach campaign automation: the pipes of a process that starts us, and HTTP, where MCP
stands beside the plain API."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import Server
from mcp.server.auth.settings import AuthSettings
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl

from bot.http.api import PATH as API_PATH
from bot.http.api import ProgramsApi
from bot.http.app import Mounted
from bot.mcp.callers import Verifier, caller_by_token
from bot.mcp.server import open_server
from bot.pacing import Pacer
from bot.programs import Tokens, paced
from config.settings import Settings
from tools.automation.service import CampaignAutomation

PATH = "/mcp"


async def serve_stdio(server: Server[Any]) -> None:
    """Until the other side closes its pipe. Standard output is the protocol's alone."""
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


@asynccontextmanager
async def open_programs(
    automation: CampaignAutomation, tokens: Tokens, pacer: Pacer, settings: Settings
) -> AsyncIterator[Mapping[str, Mounted]]:
    """What programs may ask, by path; every request shows a bearer token."""
    http = settings.http
    execute = paced(automation, pacer, settings.mcp.calls_per_minute)
    api = ProgramsApi(
        automation=automation, execute=execute, tokens=tokens, organisation=settings.organisation,
        max_body_bytes=http.max_body_bytes,
    )  # fmt: skip
    server = open_server(execute, caller_by_token(settings.organisation))
    mcp = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True,
        max_request_body_size=http.max_body_bytes, token_verifier=Verifier(tokens),
        # Tokens are ours: there is no sign-in elsewhere to point to.
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(f"http://{http.host}:{http.port}"), resource_server_url=None
        ),
        # A page that got here by another name has no token, and a proxy keeps the name that was
        # asked for.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )  # fmt: skip
    try:
        async with mcp.router.lifespan_context(mcp):
            yield {PATH: mcp, API_PATH: api.app()}
    except BaseExceptionGroup as group:
        # Its tasks wrap what went wrong beside them, such as a port that is taken.
        if len(group.exceptions) > 1:
            raise
        raise group.exceptions[0] from None
