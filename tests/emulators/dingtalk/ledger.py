"""What really happened, written before anybody is told: effects of calls, each push's way."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from tests.emulators.telegram.ledger import Ledger as TelegramLedger

Json = dict[str, Any]
T = TypeVar("T")


class Ledger(TelegramLedger):
    """Entries have n (1, 2, …), at (seconds since 1970) and kind: effect, push or connection.

    effect: method (the path), chat, text, key (processQueryKey, outTrackId or guid), params,
    outcome: ok or the fault that kept the client from seeing the answer.
    push: event (created, sent, acked, ack_lost, refused, unanswered, given_up), topic, msg_id, message_id,
    chat, text, connection, data of the acknowledgement.
    connection: event (opened, closed), connection.
    """

    def push(self, event: str, **fields: Any) -> None:
        self._append({"kind": "push", "event": event, **fields})

    def connection(self, event: str, name: str) -> None:
        self._append({"kind": "connection", "event": event, "connection": name})

    def stir(self) -> None:
        """Lets those who wait look again."""
        self.changed().set()
        self._grown = asyncio.Event()

    def effects(
        self, method: str | None = None, chat: int | str | None = None, text: str | None = None
    ) -> list[Json]:
        """`method` may be the end of the path."""
        return [
            entry for entry in self._matching("effect", chat=chat, text=text)
            if method is None or entry["method"].endswith(method)
        ]  # fmt: skip

    def pushes(self, event: str | None = None, msg_id: str | None = None) -> list[Json]:
        return [*self._matching("push", event=event, msg_id=msg_id)]

    def connections(self, event: str | None = None) -> list[Json]:
        return [*self._matching("connection", event=event)]

    async def wait_for(self, found: Callable[[], T | None], within: float) -> T:
        """The first true thing that `found` returns; asked again when an entry is written."""
        try:
            async with asyncio.timeout(within):
                while not (result := found()):
                    await self.changed().wait()
        except TimeoutError:
            tail = "\n".join(json.dumps(each, ensure_ascii=False) for each in self.entries[-8:])
            raise AssertionError(f"not within {within} s; last entries:\n{tail}") from None
        return result
