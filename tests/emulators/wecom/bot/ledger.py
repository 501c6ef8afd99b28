"""What really happened, written before anybody is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

Json = dict[str, Any]


class Ledger:
    """Entries have n (1, 2, …), at (seconds since 1970) and kind: `effect` (command, chat, body,
    outcome: ok or the fault that kept the client from seeing the ack), `refused` (command, chat,
    errcode), `event` (what was told to the bot), `violation` (what no client may do)."""

    def __init__(self, now: Callable[[], float], file: Path | None = None) -> None:
        self.entries: list[Json] = []
        self._now = now
        self._file: TextIO | None = file.open("a", encoding="utf-8") if file else None

    def write(self, kind: str, **fields: Any) -> None:
        entry = {"n": len(self.entries) + 1, "at": round(self._now(), 6), "kind": kind, **fields}
        self.entries.append(entry)
        if self._file:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()

    def effects(self, command: str | None = None, chat: str | None = None) -> list[Json]:
        return self.of("effect", command, chat)

    def of(self, kind: str, command: str | None = None, chat: str | None = None) -> list[Json]:
        return [
            entry
            for entry in self.entries
            if entry["kind"] == kind
            and command in (None, entry.get("command"))
            and chat in (None, entry.get("chat"))
        ]

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
