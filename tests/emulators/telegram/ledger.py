"""What really happened, written before anybody is told: the bot's effects and each update's way."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

Json = dict[str, Any]


class Ledger:
    """Entries have n (1, 2, …), at (seconds since 1970) and kind, `effect` or `update`.

    effect: method, bot, chat, thread, message_id, text, params, outcome: ok or the fault that kept
    the client from seeing the answer.
    update: event (created, attempt, confirmed, expired, dropped), bot, update_id, chat and more.
    """

    def __init__(self, now: Callable[[], float], file: Path | None = None) -> None:
        self.entries: list[Json] = []
        self._now = now
        self._file: TextIO | None = file.open("a", encoding="utf-8") if file else None
        self._grown = asyncio.Event()

    def effect(self, **fields: Any) -> None:
        self._append({"kind": "effect", **fields})

    def update(self, event: str, **fields: Any) -> None:
        self._append({"kind": "update", "event": event, **fields})

    def effects(self, method: str | None = None, chat: int | None = None) -> list[Json]:
        return [*self._matching("effect", method=method, chat=chat)]

    def updates(self, event: str | None = None, update_id: int | None = None) -> list[Json]:
        return [*self._matching("update", event=event, update_id=update_id)]

    def changed(self) -> asyncio.Event:
        """Set when the next entry is written."""
        return self._grown

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _matching(self, kind: str, **wanted: Any) -> Iterator[Json]:
        asked = {name: value for name, value in wanted.items() if value is not None}
        for entry in self.entries:
            if entry["kind"] == kind and all(entry.get(name) == asked[name] for name in asked):
                yield entry

    def _append(self, fields: Json) -> None:
        entry = {"n": len(self.entries) + 1, "at": round(self._now(), 6), **fields}
        self.entries.append(entry)
        if self._file:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
