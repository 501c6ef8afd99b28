"""ASGI without a framework: bodies in, answers out, connections cut on purpose."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_CLOSE_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


async def read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def header(scope: Message, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def answer(send: Send, reply: Answer) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": _headers(reply)})
    await send({"type": "http.response.body", "body": reply.body})


async def patience(receive: Receive, seconds: float) -> bool:
    """Waits so long; False when the client left before."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return True
    return False


async def cut(receive: Receive, send: Send, reply: Answer) -> None:
    """Half of the answer, then nothing more."""
    await send({"type": "http.response.start", "status": reply.status, "headers": _headers(reply)})
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await reset(receive, send, politely=True)


async def reset(receive: Receive, send: Send, *, politely: bool = False) -> None:
    """Ends the connection under the client: with a TCP reset, or closed after what was written."""
    transport = getattr(send, "__self__").transport  # noqa: B009 (uvicorn's own, not typed)
    connection = transport.get_extra_info("socket")
    if politely:
        transport.close()
    else:
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_AT_ONCE)
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers(reply: Answer) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", reply.content_type),
        (b"content-length", str(len(reply.body)).encode()),
        *reply.headers,
    ]
