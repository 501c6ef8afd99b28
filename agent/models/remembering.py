"""memory.reading.Reads: a language model finds what is worth remembering in what a customer said."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.models.writers import Writing
from config.settings import QuotaSettings
from tools.usage.service import Purse

_PROMPT = Path(__file__).parent.parent / "prompts" / "remember.md"
_LINE = re.compile(r"^\s*(\d{1,3})\s*[:：.]\s*(.+?)\s*$", re.MULTILINE)
_QUOTES = "\"'“”‘’「」『』`"


class ModelReading:
    """`open_purse` gives what pays for it: the organisation's own quota."""

    def __init__(self, writing: Writing, open_purse: Callable[[ZoneInfo], Purse]) -> None:
        self._writing = writing
        self._open_purse = open_purse

    async def read(self, said: Sequence[str], zone: ZoneInfo) -> Sequence[Sequence[str]] | None:
        material = "\n".join(f"{n}: {' '.join(text.split())}" for n, text in enumerate(said, 1))
        answer = await self._writing.write(self._open_purse(zone), _instructions(), material)
        if answer is None:
            return None
        quotes: list[list[str]] = [[] for _ in said]
        for number, quote in _LINE.findall(answer):
            if 1 <= int(number) <= len(said):
                quotes[int(number) - 1].append(quote.strip(_QUOTES))
        return quotes


def reading_by(writing: Writing | None, *, quotas: QuotaSettings, **of: Any) -> ModelReading | None:
    """None without a model; `of` are the database, organisation and clock of its purse."""
    if writing is None:
        return None
    return ModelReading(writing, lambda zone: Purse(zone=zone, person_id=0, quotas=quotas, **of))


@cache
def _instructions() -> str:
    return _PROMPT.read_text(encoding="utf-8")
