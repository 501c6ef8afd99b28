"""An organisation's web platform for tests: a real MCP server with the four tools, a token, and
trouble on demand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.mcpserver import MCPServer

from tests.emulators.serving import served

TOKEN = "web-0123456789abcdef"
CREATIVE = {
    "creative_id": "CR-1", "title": "Trial", "kind": "image", "url": "https://a.example.com/1.png",
    "copy_text": "Come in.", "platform": None, "colour": "blue",
}  # fmt: skip


class WebPlatformServer:
    """`campaigns` by id. `slow`: so many calls of tools are answered never; `down`: so many
    requests get a 503."""

    def __init__(self, *, without: Sequence[str] = ()) -> None:
        self.campaigns: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.slow = 0
        self.down = 0
        self._released = asyncio.Event()
        self._server = MCPServer("web", log_level="CRITICAL")
        for tool in (
            self.get_creatives, self.get_reports, self.create_campaign, self.update_campaign
        ):  # fmt: skip
            if tool.__name__ not in without:
                self._server.add_tool(tool)

    async def get_creatives(self, creative_ids: list[str]) -> dict[str, Any]:
        await self._called("get_creatives")
        known = [CREATIVE, CREATIVE | {"creative_id": "film-7", "title": "Film"}]
        return {
            "creatives": [
                each for each in known if not creative_ids or each["creative_id"] in creative_ids
            ]
        }

    async def get_reports(self, start: str, end: str) -> dict[str, Any]:
        await self._called("get_reports")
        return {"reports": [{"campaign_id": "C-1", "day": start, "visits": 12}]}

    async def create_campaign(self, campaign: dict[str, Any]) -> dict[str, Any]:
        await self._called("create_campaign")
        self.campaigns[campaign["campaign_id"]] = dict(campaign)
        return {"saved": True}

    async def update_campaign(self, campaign_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        await self._called("update_campaign")
        self.campaigns.setdefault(campaign_id, {}).update(changes)
        return {"saved": True}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yields its address."""
        app = self._server.streamable_http_app(json_response=True, stateless_http=True)

        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            shown = dict(scope["headers"]).get(b"authorization", b"").decode()
            if shown != f"Bearer {TOKEN}":
                await _status(send, 401)
            elif self.down:
                self.down -= 1
                await _status(send, 503)
            else:
                await app(scope, receive, send)

        async with app.router.lifespan_context(app), served(guarded) as url:
            yield f"{url}/mcp"
            self._released.set()

    async def _called(self, tool: str) -> None:
        self.calls.append(tool)
        if self.slow:
            self.slow -= 1
            await self._released.wait()


async def _status(send: Any, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})
