"""The emulator's time: it can run faster than the world's, stand still, and be moved."""

import asyncio
import time


class Clock:
    """`scale` seconds of Telegram's pass in each real second; 0 stands still but for `advance`.

    Dates are the world's own (plus what was advanced), so that messages never come from a future
    that only a fast clock has reached; every duration is measured in ticks.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._started = time.monotonic()
        self._advanced = 0.0
        self._moved = asyncio.Event()

    def date(self) -> int:
        """Seconds since 1970."""
        return int(self.exact())

    def exact(self) -> float:
        return time.time() + self._advanced

    def ticks(self) -> float:
        """Telegram's seconds since the start."""
        return (time.monotonic() - self._started) * self._scale + self._advanced

    def real(self, ticks: float) -> float:
        """Real seconds that so many ticks last; as many when the clock stands."""
        return ticks / self._scale if self._scale else ticks

    def advance(self, seconds: float) -> None:
        self._advanced += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, ticks: float) -> None:
        until = self.ticks() + ticks
        while (left := until - self.ticks()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(self.real(left) if self._scale else None):
                    await moved.wait()
            except TimeoutError:
                continue
