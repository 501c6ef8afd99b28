"""The stream: tickets, connections, pushes to one of them, acknowledgements, redelivery."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from tests.emulators.dingtalk.connection import Connection
from tests.emulators.dingtalk.faults import Kind
from tests.emulators.dingtalk.frames import MESSAGES, Ack, Push
from tests.emulators.dingtalk.world import World
from tests.emulators.telegram.wire import Message, Receive, Send

Json = dict[str, Any]
Topic = tuple[str, str]
TICKET_LIFE = 90.0
Refuse = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Ticket:
    expires: float
    topics: frozenset[Topic]


@dataclass(kw_only=True)
class Streams:
    """A push goes to one connection at random, and again when it is not acknowledged; `on_ack`
    hears of each acknowledgement, `post` sends in its place where the app has a webhook."""

    world: World
    refuse: Refuse
    on_ack: Callable[[Push], None]
    ack_within: float = 60.0
    attempts: int = 4
    post: Callable[[Push], Coroutine[Any, Any, bool]] | None = None
    connections: list[Connection] = field(default_factory=list)
    waiting: list[Push] = field(default_factory=list)
    _tickets: dict[str, Ticket] = field(default_factory=dict)
    _sent: dict[str, Push] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def ticket(self, topics: frozenset[Topic]) -> str:
        made = str(uuid4())
        self._tickets[made] = Ticket(self.world.clock.ticks() + TICKET_LIFE, topics)
        return made

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """One WebSocket, from its upgrade to its end."""
        await receive()
        ticket = self._redeem(scope["query_string"].decode())
        if ticket is None:
            self.refuse("/connect", "401", "the ticket is unknown, used or expired")
            await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b"invalid ticket"})
            return
        await send({"type": "websocket.accept"})
        connection = Connection(f"c{next(self._numbers)}", self, ticket.topics, send)
        self.connections.append(connection)
        self.world.ledger.connection("opened", connection.name)
        pinging = self.spawn(connection.ping())
        try:
            self._flush()
            await connection.read(receive)
        finally:
            pinging.cancel()
            self.leave(connection)

    def push(self, push: Push) -> Push:
        push.send_again = self._deliver
        self.world.ledger.push("created", **push.summary())
        self._deliver(push)
        return push

    def leave(self, connection: Connection) -> None:
        """It gets nothing more."""
        if connection in self.connections:
            self.connections.remove(connection)
            self.world.ledger.connection("closed", connection.name)

    def acknowledged(self, connection: Connection, ack: Ack) -> None:
        push = self._sent.get(ack.message_id)
        if push is None:
            self.refuse("ack", str(ack.code), f"nothing was sent as {ack.message_id!r}")
            return
        if self.world.faults.for_push(Kind.ack_lost, push.topic, push.chat):
            self.world.ledger.push("ack_lost", message_id=ack.message_id, **push.summary())
            return
        self._answered(push, ack, connection.name)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _redeem(self, query: str) -> Ticket | None:
        """None for a ticket that may not connect; a good one is used up."""
        given = parse_qs(query).get("ticket", [""])[0]
        ticket = self._tickets.pop(given, None)
        refused = self.world.faults.for_push(Kind.upgrade_refused)
        if ticket is None or refused or ticket.expires <= self.world.clock.ticks():
            return None
        return ticket

    def _flush(self) -> None:
        waiting, self.waiting = self.waiting, []
        for push in waiting:
            self._deliver(push)

    def _deliver(self, push: Push) -> None:
        faults = self.world.faults
        if self.post and push.topic == MESSAGES:
            self.spawn(self._post(push, self._named(push, "http")))
            if faults.for_push(Kind.duplicate, push.topic, push.chat):
                self.spawn(self._post(push, self._named(push, "http")))
            return
        topic = (push.type, push.topic)
        able = [each for each in self.connections if each.takes(topic)]
        if not able:
            self._wait(push)
            return
        connection = faults.random.choice(able)
        if fault := faults.for_push(Kind.close, push.topic, push.chat):
            self._wait(push)
            connection.end(int(fault.value))
            return
        self._send(connection, push)
        if faults.for_push(Kind.duplicate, push.topic, push.chat):
            self._send(faults.random.choice(able), push)

    def _wait(self, push: Push) -> None:
        push.state = "acked" if push.state == "acked" else "waiting"
        self.waiting.append(push)

    def _send(self, connection: Connection, push: Push) -> None:
        message_id = self._named(push, connection.name)
        connection.put(push, message_id)
        if push.state == "sent" and push.repeats:
            self.spawn(self._watch(push, message_id))

    def _named(self, push: Push, connection: str) -> str:
        """Under which messageId it is sent this time."""
        message_id = f"{uuid4().hex[:8]}_{len(push.message_ids)}_{uuid4().hex}"
        push.message_ids.append(message_id)
        push.state = "acked" if push.state == "acked" else "sent"
        self._sent[message_id] = push
        self.world.ledger.push(
            "sent", message_id=message_id, connection=connection, **push.summary()
        )
        return message_id

    async def _watch(self, push: Push, message_id: str) -> None:
        await self.world.clock.sleep(self.ack_within)
        if push.state != "sent" or push.message_ids[-1] != message_id:
            return
        if len(push.message_ids) >= self.attempts:
            push.state = "given_up"
            self.world.ledger.push("given_up", **push.summary())
            return
        self.world.ledger.push("unanswered", message_id=message_id, **push.summary())
        self._deliver(push)

    async def _post(self, push: Push, message_id: str) -> None:
        assert self.post is not None
        if await self.post(push):
            self._answered(push, Ack(message_id, 200, {}), "http")
        elif push.state == "sent" and push.repeats:
            await self._watch(push, message_id)

    def _answered(self, push: Push, ack: Ack, connection: str) -> None:
        late = ack.code != 200 or ack.data.get("status") == "LATER"
        self.world.ledger.push(
            "refused" if late else "acked", message_id=ack.message_id, connection=connection,
            code=ack.code, data=ack.data, **push.summary(),
        )  # fmt: skip
        if not late and push.state != "acked":
            push.state, push.answer = "acked", ack.data
            self.on_ack(push)
