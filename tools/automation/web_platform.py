"""The organisation's own web platform, reached as an MCP server: it has creatives and reports, and
keeps what campaigns were made and changed.

Errors are those of ad platforms: 3000 no connection, 3001 no such tool there, 3002 it does not take
these values, 3004 no answer in time, 1002 it does not take our token.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from tools.arguments import Platform
from tools.campaigns.platforms.errors import ErrorCode, PlatformError, platform_error
from tools.campaigns.platforms.retries import CALL_SECONDS, Sleep, retrying

if TYPE_CHECKING:
    from mcp import Client

T = TypeVar("T")

NAME = "web"
_REFUSED = (401, 403)


class _Told(BaseModel):
    """What the platform tells beyond this is its own business."""

    model_config = ConfigDict(frozen=True, extra="allow")


class WebCreative(_Told):
    """`platform`: the only one that it is made for."""

    creative_id: str
    title: str = Field(min_length=1, max_length=120)
    kind: Literal["image", "video"]
    url: str = Field(pattern=r"^https?://", max_length=500)
    copy_text: str = ""
    platform: Platform | None = None


class WebReport(_Told):
    """One campaign on one day."""

    campaign_id: str
    day: date


class WebStore(Protocol):
    """Where campaigns are kept for the organisation's own people to see."""

    async def create_campaign(self, campaign: dict[str, Any]) -> None:
        """The platform keeps one per campaign_id, so a repeated call is harmless."""

    async def update_campaign(self, campaign_id: str, changes: dict[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPlatform:
    """A connection is opened for each call, and the token goes in a header. Every call is made up
    to three times, and may be: what it changes is named by its id."""

    url: str
    token: SecretStr | None = None
    seconds: float = CALL_SECONDS
    sleep: Sleep = asyncio.sleep

    async def get_creatives(self, creative_ids: Sequence[str] = ()) -> list[WebCreative]:
        """Those with these ids, all without. Raises PlatformRefused 5000 when one is missing."""
        told = await self._call("get_creatives", {"creative_ids": [*creative_ids]})
        creatives = _read(TypeAdapter(list[WebCreative]), told, "creatives")
        if set(creative_ids) - {each.creative_id for each in creatives}:
            raise platform_error(ErrorCode.CREATIVE_NOT_FOUND, NAME)
        return creatives

    async def get_reports(self, start: date, end: date) -> list[WebReport]:
        """Both days included."""
        days = {"start": start.isoformat(), "end": end.isoformat()}
        told = await self._call("get_reports", days)
        return _read(TypeAdapter(list[WebReport]), told, "reports")

    async def create_campaign(self, campaign: dict[str, Any]) -> None:
        await self._call("create_campaign", {"campaign": campaign})

    async def update_campaign(self, campaign_id: str, changes: dict[str, Any]) -> None:
        await self._call("update_campaign", {"campaign_id": campaign_id, "changes": changes})

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Any:
        async def once() -> Any:
            try:
                async with asyncio.timeout(self.seconds):
                    return await self._answer(tool, arguments)
            except TimeoutError as error:
                raise platform_error(ErrorCode.MCP_TIMEOUT, NAME, detail=tool) from error

        # The limit of a call is ours, so that what is late is told as 3004.
        return await retrying(once, platform=NAME, sleep=self.sleep, seconds=2 * self.seconds)

    async def _answer(self, tool: str, arguments: dict[str, Any]) -> Any:
        # The import takes a second, which only those who have such a platform should wait for.
        from mcp import MCPError

        statuses: list[int] = []
        try:
            async with self._connected(statuses) as client:
                return await _result(client, tool, arguments)
        except (ExceptionGroup, MCPError, httpx2.HTTPError, OSError) as error:
            # The connection's tasks wrap what went wrong in them.
            raise _translated(_first(error), tool, statuses) from error

    @asynccontextmanager
    async def _connected(self, statuses: list[int]) -> AsyncIterator["Client"]:
        """The MCP client does not tell the status of a refusal: `statuses` gets each."""

        from mcp import Client
        from mcp.client.streamable_http import streamable_http_client

        async def note(response: httpx2.Response) -> None:
            statuses.append(response.status_code)

        headers = {"Authorization": f"Bearer {self.token.get_secret_value()}"} if self.token else {}
        async with httpx2.AsyncClient(
            headers=headers, timeout=self.seconds, event_hooks={"response": [note]}
        ) as http:
            transport = streamable_http_client(self.url, http_client=http)
            async with Client(transport, cache=None) as client:
                yield client


async def _result(client: "Client", tool: str, arguments: dict[str, Any]) -> Any:
    from mcp import MCPError
    from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

    try:
        result = await client.call_tool(tool, arguments)
    except MCPError as error:
        if error.code in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
            raise
        raise await _objection(client, tool, error.code) from error
    if result.is_error:
        raise await _objection(client, tool, None)
    return result.structured_content


async def _objection(client: "Client", tool: str, code: int | None) -> PlatformError:
    """Servers word it in many ways that a tool is not there: their list says it for sure."""
    from mcp.types import METHOD_NOT_FOUND

    if code != METHOD_NOT_FOUND:
        listed = await client.list_tools()
        if tool in {each.name for each in listed.tools}:
            return platform_error(ErrorCode.MCP_INVALID_PARAMS, NAME)
    return platform_error(ErrorCode.MCP_TOOL_NOT_FOUND, NAME)


def _read(shape: TypeAdapter[list[T]], told: Any, name: str) -> list[T]:
    """Raises PlatformUnavailable 1000 for an answer in no known shape."""
    try:
        return shape.validate_python(told[name])
    except (KeyError, TypeError, ValidationError) as error:
        raise platform_error(ErrorCode.UNKNOWN_ERROR, NAME, detail="unreadable") from error


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


def _translated(error: BaseException, tool: str, statuses: Sequence[int]) -> BaseException:
    """What is no trouble of a connection is a bug, and stays what it is."""
    from mcp import MCPError
    from mcp.types import REQUEST_TIMEOUT

    trouble = (MCPError, httpx2.HTTPError, OSError)
    if isinstance(error, PlatformError) or not isinstance(error, trouble):
        return error
    if any(status in _REFUSED for status in statuses):
        return platform_error(ErrorCode.AUTH_FAILED, NAME)
    late = isinstance(error, httpx2.TimeoutException) or (
        isinstance(error, MCPError) and error.code == REQUEST_TIMEOUT
    )
    code = ErrorCode.MCP_TIMEOUT if late else ErrorCode.MCP_CONNECTION_FAILED
    return platform_error(code, NAME, detail=f"{tool}: {type(error).__name__}")
