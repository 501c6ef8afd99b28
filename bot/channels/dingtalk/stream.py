"""Stream mode: we connect, DingTalk pushes, and each push is acknowledged when it is on disk.

Frames are worked on one after the other, whichever connection they came by: what could not be kept
is tried again before anything else, and is acknowledged to nobody meanwhile.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.errors import TokenRefused
from bot.channels.dingtalk.frames import (
    CARD,
    DISCONNECT,
    EVENTS,
    PING,
    ROBOT,
    Frame,
    Json,
    acknowledged,
    read_frame,
)
from bot.errors import Busy
from config.channels import DingtalkSettings
from config.errors import AppError, ConfigurationError, TransientError

log = structlog.get_logger()
# Its own would write the ticket down.
_silent = logging.getLogger("huoke.dingtalk.websocket")
_silent.setLevel(logging.CRITICAL)

_FIRST_RETRY, _LAST_RETRY = 0.5, 30.0
_KEEP_AGAIN = 0.5
# A connection that held so long begins with short pauses again.
_STEADY_SECONDS = 10.0
_CLOSING_SECONDS = 2.0
# DingTalk closes what it has disconnected after ten seconds.
_LINGER_SECONDS = 15.0
_MOST_WAITING = 1_000
_MOST_FRAME_BYTES = 4_000_000
_ALIVE_SECONDS = 20.0

# What DingTalk is told with the acknowledgement; raises TransientError when it could not be kept.
Receive = Callable[[Frame], Awaitable[Json]]


class Stream:
    """One connection, and another one that is on its way out."""

    def __init__(self, settings: DingtalkSettings, api: Api, receive: Receive) -> None:
        self._settings = settings
        self._api = api
        self._receive = receive
        self._waiting: asyncio.Queue[tuple[ClientConnection, Frame]] = asyncio.Queue(_MOST_WAITING)
        self._welcome = False

    async def run(self) -> None:
        """Until cancelled. Raises ConfigurationError when DingTalk does not know the app, at the
        start; later it may be DingTalk that is wrong."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._work())
                await self._stay_connected(tasks)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _stay_connected(self, tasks: asyncio.TaskGroup) -> None:
        pause = _FIRST_RETRY
        while True:
            wait, began = 0.0, time.monotonic()
            try:
                socket = await opened(self._settings, self._api)
                self._welcome = True
                if await self._listen(socket):
                    tasks.create_task(_let_go(socket))
                    continue
            except TokenRefused:
                if not self._welcome:
                    raise unknown_app() from None
                log.error("dingtalk.app_refused")
            except Busy as error:
                wait = error.seconds
                log.warning("dingtalk.stream_busy", seconds=wait)
            except (AppError, WebSocketException, OSError, TimeoutError) as error:
                log.warning("dingtalk.stream_closed", error=type(error).__name__)
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = _FIRST_RETRY
            await asyncio.sleep(wait or pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, _LAST_RETRY)

    async def _listen(self, socket: ClientConnection) -> bool:
        """Until the connection ends; True when DingTalk has said that it will. Raises
        ConnectionClosed."""
        try:
            async for text in socket:
                frame = read_frame(text)
                if frame is None:
                    log.warning("dingtalk.unreadable_frame")
                elif frame.kind != "SYSTEM":
                    await self._waiting.put((socket, frame))
                elif frame.topic == DISCONNECT:
                    log.info("dingtalk.disconnected")
                    return True
                elif frame.topic == PING:
                    await socket.send(acknowledged(frame, frame.data))
        except asyncio.CancelledError:
            await socket.close()
            raise
        return False

    async def _work(self) -> None:
        while True:
            socket, frame = await self._waiting.get()
            said = await self._answer(frame)
            try:
                await socket.send(said)
            except ConnectionClosed:
                # It is kept: when it comes again, by another connection, that will be seen.
                log.info("dingtalk.unacknowledged")

    async def _answer(self, frame: Frame) -> str:
        pause = _KEEP_AGAIN
        while True:
            try:
                return acknowledged(frame, await self._receive(frame))
            except LookupError:
                return acknowledged(frame, {}, code=HTTPStatus.NOT_FOUND, message="no handler")
            except TransientError as error:
                log.warning("dingtalk.not_kept", error=type(error).__name__)
                if frame.kind == "EVENT":
                    return acknowledged(frame, {"status": "LATER", "message": "not kept"})
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LAST_RETRY)


async def opened(settings: DingtalkSettings, api: Api) -> ClientConnection:
    """A new connection. Raises TokenRefused, other errors of ours, and those of websockets."""
    wishes: Json = {
        "clientId": settings.client_id,
        "clientSecret": settings.client_secret.get_secret_value(),
        "subscriptions": [
            {"type": "EVENT", "topic": EVENTS},
            {"type": "CALLBACK", "topic": ROBOT},
            {"type": "CALLBACK", "topic": CARD},
        ],
        "ua": "huoke",
    }
    told = await api.open_connection(wishes)
    endpoint, ticket = told.get("endpoint"), told.get("ticket")
    if not isinstance(endpoint, str) or not isinstance(ticket, str):
        raise TransientError("an answer without a ticket")
    secure = urlsplit(settings.api).scheme == "https"
    if urlsplit(endpoint).scheme not in (("wss",) if secure else ("ws", "wss")):
        raise TransientError("the connection would not be encrypted")
    try:
        return await connect(
            f"{endpoint}?ticket={quote(ticket, safe='')}", logger=_silent,
            max_size=_MOST_FRAME_BYTES, ping_interval=_ALIVE_SECONDS, ping_timeout=_ALIVE_SECONDS,
            close_timeout=_CLOSING_SECONDS,
        )  # fmt: skip
    except InvalidStatus as error:
        raise TransientError(f"the ticket was refused: {error.response.status_code}") from None


def unknown_app() -> ConfigurationError:
    return ConfigurationError(
        "DINGTALK__CLIENT_ID, DINGTALK__CLIENT_SECRET: DingTalk does not know them; copy them from"
        " the app's page (Credentials) in DingTalk's developer console"
    )


async def _let_go(socket: ClientConnection) -> None:
    """What was received by it may still be acknowledged."""
    try:
        async with asyncio.timeout(_LINGER_SECONDS):
            await socket.wait_closed()
    except TimeoutError:
        log.info("dingtalk.lingered")
    finally:
        await socket.close()
