"""One connection to WeCom: frames out with their confirmations, and what comes in."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bot.channels.wecom.bot.frames import (
    NOT_SUBSCRIBED,
    Command,
    Frame,
    Json,
    new_request,
    read_frame,
    refused,
    written,
)
from bot.channels.wecom.bot.timing import Timing
from bot.errors import NotDelivered
from config.errors import AppError, TransientError

log = structlog.get_logger()

_MISSED_PINGS = 2


class Session:
    """`receive` is called with every frame that is no confirmation; it must not wait."""

    def __init__(
        self, socket: ClientConnection, timing: Timing, receive: Callable[[Frame], None]
    ) -> None:
        self._socket = socket
        self._timing = timing
        self._receive = receive
        self._acks: dict[str, asyncio.Future[Frame]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[str, int] = defaultdict(int)
        self._over = asyncio.Event()
        self._open = True

    async def run(self) -> None:
        """Until the connection has ended; then nothing more is written to it."""
        reading = asyncio.create_task(self._read())
        over = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait({reading, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open = False
            for task in (reading, over):
                task.cancel()
            await asyncio.wait({reading, over})
            for ack in self._acks.values():
                if not ack.done():
                    ack.set_exception(TransientError("the connection to WeCom was lost"))
            if not reading.cancelled():
                reading.result()

    async def ask(self, command: Command, body: Json | None, request: str = "") -> Json:
        """The body of the confirmation. Frames that name the same request wait for each other.

        Raises NotDelivered when the frame surely was not taken, Busy when we have to wait,
        PermanentError (Refused, Closed) when it never will be, TransientError when no confirmation
        came.
        """
        request = request or new_request(command)
        self._waiting[request] += 1
        try:
            async with self._turns[request]:
                ack = await self._confirmed(command, body, request)
        finally:
            self._waiting[request] -= 1
            if not self._waiting[request]:
                del self._waiting[request], self._turns[request]
        if ack.errcode == NOT_SUBSCRIBED:
            self.retire()
        if ack.errcode:
            raise refused(ack)
        return ack.body

    def retire(self) -> None:
        """Begin nothing more here; the connection is closed as soon as nothing is under way."""
        self._open = False
        if not self._acks:
            self._over.set()

    async def ping_for_ever(self) -> None:
        """Until several pings in a row were not answered."""
        missed = 0
        while missed < _MISSED_PINGS:
            await asyncio.sleep(self._timing.ping)
            try:
                await self._confirmed(Command.ping, None, new_request(Command.ping))
                missed = 0
            except AppError:
                missed += 1
        log.warning("wecom.no_pong")

    async def _confirmed(self, command: Command, body: Json | None, request: str) -> Frame:
        if not self._open:
            raise NotDelivered("there is no connection to WeCom now")
        text = written(command, request, body)
        ack: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._acks[request] = ack
        try:
            async with asyncio.timeout(self._timing.ack):
                await self._socket.send(text)
                return await ack
        except TimeoutError:
            if command is not Command.ping:
                # A confirmation that came now would be taken for that of the next frame.
                self.retire()
            raise TransientError("WeCom did not confirm it") from None
        except ConnectionClosed:
            raise TransientError("the connection to WeCom was lost") from None
        finally:
            del self._acks[request]
            if not self._open and not self._acks:
                self._over.set()

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                frame = read_frame(text)
                if frame is None:
                    log.warning("wecom.unreadable_frame", size=len(text))
                elif frame.command:
                    self._receive(frame)
                else:
                    self._acked(frame)
            log.info("wecom.closed", code=self._socket.close_code)
        except ConnectionClosed:
            log.warning("wecom.closed", code=self._socket.close_code)

    def _acked(self, frame: Frame) -> None:
        ack = self._acks.get(frame.request)
        if ack is not None and not ack.done():
            ack.set_result(frame)
