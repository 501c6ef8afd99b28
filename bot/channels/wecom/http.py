"""Calls to WeCom's HTTP interfaces: always 200, with an `errcode` that says how it went."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import Any

import httpx

from bot.channels.wecom.errors import checked, reaching
from config.errors import PermanentError, TransientError

# Others think that a sender is dead when it needs longer than 30 seconds for one message.
_TIMEOUT = httpx.Timeout(8.0, connect=5.0)
# Proxies and WeCom itself close what was silent for longer.
_LIMITS = httpx.Limits(max_connections=100, keepalive_expiry=5.0)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that WeCom kept."""

    name: str
    media_type: str
    content: bytes


def open_http(api: str) -> httpx.AsyncClient:
    """`api` is the base URL."""
    return httpx.AsyncClient(base_url=api, timeout=_TIMEOUT, limits=_LIMITS)


async def ask(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    query: Mapping[str, str],
    *,
    json: Any = None,
    files: Mapping[str, tuple[str, bytes]] | None = None,
) -> Json:
    """The answer of a call that was not refused. Raises NotDelivered, Busy, Refused, or
    TransientError when nobody knows whether it was done."""
    with reaching():
        response = await http.request(method, path, params=query, json=json, files=files)
    return checked(_answer(response))


async def fetch(http: httpx.AsyncClient, path: str, query: Mapping[str, str], most: int) -> Media:
    """A file of at most `most` bytes. Raises as `ask` does, and PermanentError when it is larger."""
    with reaching():
        async with http.stream("GET", path, params=query) as response:
            disposition = response.headers.get("content-disposition")
            # A refusal is JSON, and so may be a file.
            if response.status_code != HTTPStatus.OK or disposition is None:
                await response.aread()
                checked(_answer(response))
                raise TransientError("WeCom: an answer that is no file")
            content = await _content(response, most)
    return Media(
        name=_file_name(disposition),
        media_type=response.headers.get("content-type", "").partition(";")[0].strip(),
        content=content,
    )


def _answer(response: httpx.Response) -> Any:
    """Raises TransientError when something in between answered."""
    if response.status_code != HTTPStatus.OK:
        raise TransientError(f"WeCom: answered with {response.status_code}")
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise TransientError("WeCom: an answer that is no JSON") from None


async def _content(response: httpx.Response, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > most:
            raise PermanentError("the file is too large")
        pieces.append(piece)
    return b"".join(pieces)


def _file_name(disposition: str) -> str:
    """Empty when there is none."""
    header = Message()
    header["content-disposition"] = disposition
    return header.get_filename("")
