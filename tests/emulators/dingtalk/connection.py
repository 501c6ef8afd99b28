"""One WebSocket of the stream: pings, frames out, acknowledgements in, every way of ending."""

import asyncio
from itertools import count
from typing import TYPE_CHECKING

from tests.emulators.dingtalk.faults import Kind
from tests.emulators.dingtalk.frames import Push, WrongAck, frame, read_ack
from tests.emulators.telegram.wire import Message, Receive, Send

if TYPE_CHECKING:
    from tests.emulators.dingtalk.stream import Streams

PING_EVERY, UNANSWERED, GRACE = 20.0, 3, 10.0
ABNORMAL = 1006


class Connection:
    """`topics` are its subscriptions, as (type, topic); `pongs` counts the answers to pings."""

    def __init__(
        self, name: str, streams: "Streams", topics: frozenset[tuple[str, str]], send: Send
    ) -> None:
        self.name = name
        self.pongs = 0
        self._streams, self._topics, self._send = streams, topics, send
        self._leaving = False
        self._pings: dict[str, str] = {}  # messageId: opaque
        self._farewell = ""  # the messageId of the disconnect
        self._frames: asyncio.Queue[Message] = asyncio.Queue()
        self._numbers = count(1)

    def takes(self, topic: tuple[str, str]) -> bool:
        type_, _ = topic
        return not self._leaving and (topic in self._topics or (type_, "*") in self._topics)

    def put(self, push: Push, message_id: str) -> None:
        known = {"appId": self._streams.world.client_id, "connectionId": self.name}
        headers = {**known, "time": self._now(), **push.headers}
        self._write(frame(push.type, push.topic, message_id, push.data, **headers))

    async def ping(self) -> None:
        """Pings until cancelled; three without an answer end the connection."""
        streams = self._streams
        while True:
            await streams.world.clock.sleep(PING_EVERY)
            if streams.world.faults.for_push(Kind.no_ping):
                streams.world.ledger.stir()
                continue
            if len(self._pings) >= UNANSWERED:
                streams.refuse("ping", "", f"{UNANSWERED} pings were not answered")
                self.end(ABNORMAL)
                return
            message_id = f"p{next(self._numbers)}-{self.name}"
            self._pings[message_id] = f"o-{message_id}"
            self._write_system("ping", message_id, {"opaque": f"o-{message_id}"})

    def disconnect(self, reason: str) -> None:
        """Says so, sends nothing more, and closes TCP after 10 s."""
        self._farewell = f"d{next(self._numbers)}-{self.name}"
        self._write_system("disconnect", self._farewell, {"reason": reason})
        self._leaving = True
        self._streams.spawn(self._end_later())

    def end(self, code: int) -> None:
        """1006: TCP is closed without a close frame."""
        self._leaving = True
        self._streams.leave(self)
        self._frames.put_nowait({"type": "websocket.close", "code": code})

    async def read(self, receive: Receive) -> None:
        writing = self._streams.spawn(self._write_all())
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                self._heard(message.get("text") or "")
        finally:
            writing.cancel()

    def _heard(self, text: str) -> None:
        try:
            ack = read_ack(text)
        except WrongAck as error:
            if not self._leaving:
                self._streams.refuse("ack", "", str(error))
            return
        if ack.message_id not in self._pings:
            if ack.message_id != self._farewell:
                self._streams.acknowledged(self, ack)
            return
        if ack.data.get("opaque") == self._pings[ack.message_id]:
            while self._pings.pop(ack.message_id, None) is None:
                del self._pings[next(iter(self._pings))]
            self.pongs += 1
            self._streams.world.ledger.stir()
        else:
            self._streams.refuse("ping", str(ack.code), f"opaque was not echoed: {ack.data}")

    async def _end_later(self) -> None:
        await self._streams.world.clock.sleep(GRACE)
        self.end(ABNORMAL)

    def _now(self) -> str:
        return str(int(self._streams.world.clock.exact() * 1000))

    def _write_system(self, topic: str, message_id: str, data: dict[str, str]) -> None:
        self._write(frame("SYSTEM", topic, message_id, data, time=self._now()))

    def _write(self, text: str) -> None:
        self._frames.put_nowait({"type": "websocket.send", "text": text})

    async def _write_all(self) -> None:
        while True:
            message = await self._frames.get()
            if message.get("code") == ABNORMAL:
                # Uvicorn's own, not typed.
                getattr(self._send, "__self__").transport.close()  # noqa: B009
                return
            try:
                await self._send(message)
            except OSError:
                return
