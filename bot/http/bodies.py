"""Bodies of requests, as far as somebody wants to read them."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from bot.channels.base import Refused


async def body_of(request: Request, most: int, seconds: float) -> bytes:
    """The whole body; raises Refused when it is larger than `most` bytes or comes too slowly."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced[:20]) > most:
        raise Refused(413)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise Refused(413)
                pieces.append(piece)
    except TimeoutError:
        raise Refused(408) from None
    except ClientDisconnect:
        # Nobody reads the answer.
        raise Refused(400) from None
    return b"".join(pieces)
