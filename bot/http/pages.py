"""What browsers ask of a channel that has pages: a small door to everything below its name."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.channels.base import PageAnswer, PageCall, PageChannel, Refused
from bot.http.bodies import body_of
from bot.metrics import Metrics
from config.errors import TransientError

log = structlog.get_logger()

_AGAIN_SECONDS = "2"


def pages_of(name: str, channel: PageChannel, metrics: Metrics) -> list[Route]:
    """The routes below /<name>; without a slash at its end a browser would look for the parts of the
    page in the wrong place, so that is one, too."""

    async def answer(request: Request) -> Response:
        given = await _answered(channel, request)
        metrics.webhook(name, given.status)
        return _response(given)

    methods = ["GET", "POST"]
    return [
        Route(f"/{name}", answer, methods=methods),
        Route(f"/{name}/{{path:path}}", answer, methods=methods),
    ]


async def _answered(channel: PageChannel, request: Request) -> PageAnswer:
    async def read(most: int, seconds: float) -> bytes:
        return await body_of(request, most, seconds)

    path = request.path_params.get("path")
    if path is None:
        # Relative, because a proxy may have us below another path.
        return PageAnswer(status=308, headers={"location": f"{channel.name}/"})
    call = PageCall(
        method=request.method, path=path, headers=dict(request.headers),
        query=dict(request.query_params), peer=request.client.host if request.client else "",
        read=read,
    )  # fmt: skip
    try:
        return await channel.page(call)
    except Refused as refused:
        return PageAnswer(status=refused.status)
    except (SQLAlchemyError, OSError, TransientError) as error:
        log.error("page.unavailable", channel=channel.name, error=type(error).__name__)
        return PageAnswer(status=503, headers={"retry-after": _AGAIN_SECONDS})


def _response(given: PageAnswer) -> Response:
    headers = dict(given.headers)
    if isinstance(given.body, bytes):
        return Response(given.body, given.status, headers, media_type=given.media_type)
    return StreamingResponse(
        _closed_at_the_end(given.body), given.status, headers, media_type=given.media_type
    )


async def _closed_at_the_end(pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece
