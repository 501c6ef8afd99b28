"""How messages look in a terminal."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.messages import OutboundMessage

_BOLD, _DIM, _CYAN, _GREEN, _RESET = "\033[1m", "\033[2m", "\033[36m", "\033[32m", "\033[0m"


class Screen:
    """Colours are used on a terminal that wants them (NO_COLOR is respected)."""

    def __init__(self, name: str, *, saved_as: str) -> None:
        self._name = name
        self._saved_as = saved_as
        self.is_terminal = sys.stdout.isatty()
        self._coloured = self.is_terminal and "NO_COLOR" not in os.environ
        self._drafted = False

    def draft(self, text: str) -> None:
        """The end of what is being written, on one line that the message itself replaces."""
        width = shutil.get_terminal_size().columns // 2 - 2
        last = " ".join(text.split())[-width:]
        print(f"\r\033[K{self._paint(last, _DIM)}", end="", flush=True)
        self._drafted = True

    def show(self, message: OutboundMessage, saved: Sequence[Path]) -> None:
        if self._drafted:
            print("\r\033[K", end="")
            self._drafted = False
        lines = message.text.splitlines() or [""]
        print(f"{self._paint(self._name, _BOLD + _CYAN)} {lines[0]}")
        for line in lines[1:]:
            print(f"  {line}")
        for path in saved:
            print(f"  {self._paint(self._saved_as.format(path=path), _DIM)}")
        if message.buttons:
            labels = [
                f"[{number}] {button.label}" for number, button in enumerate(message.buttons, 1)
            ]
            print(f"  {self._paint('   '.join(labels), _GREEN)}")
        print(flush=True)

    def echo(self, label: str) -> None:
        print(self._paint(f"  → {label}", _DIM), flush=True)

    def note(self, text: str) -> None:
        print(self._paint(text, _DIM), flush=True)

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._coloured else text
