"""A loop in which nobody waits: its clock jumps to what is due next."""

import asyncio
import selectors
from typing import Any


class _Jumping(selectors.DefaultSelector):
    """Moves the loop's clock instead of waiting."""

    loop: "QuickLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is not None and timeout > 0:
            self.loop.passed += timeout
        found: list[Any] = super().select(0)
        return found


class QuickLoop(asyncio.SelectorEventLoop):
    """`passed`: the seconds that tasks believe to have gone by."""

    def __init__(self) -> None:
        self.passed = 0.0
        selector = _Jumping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.passed
