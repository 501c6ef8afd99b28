"""Where typed lines come from: a terminal with editing and history, or a pipe."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol


class LineSource(Protocol):
    def __aiter__(self) -> AsyncIterator[str]: ...


class PipedLines:
    """Standard input that is not a terminal; each line is shown as if it had been typed."""

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt

    async def __aiter__(self) -> AsyncIterator[str]:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(f"{self._prompt}{line.rstrip()}", flush=True)
            yield line


class TerminalLines:
    """A prompt with line editing; what was typed is remembered in `history`."""

    def __init__(self, prompt: str, history: Path) -> None:
        self._prompt = prompt
        self._history = history

    async def __aiter__(self) -> AsyncIterator[str]:
        # Imported here: a pipe or a server does not need it.
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory
        from prompt_toolkit.patch_stdout import patch_stdout

        session: PromptSession[str] = PromptSession(history=FileHistory(str(self._history)))
        with patch_stdout(raw=True):
            while True:
                try:
                    yield await session.prompt_async(self._prompt)
                except (EOFError, KeyboardInterrupt):
                    return


def open_lines(prompt: str, history: Path) -> LineSource:
    return TerminalLines(prompt, history) if sys.stdin.isatty() else PipedLines(prompt)
