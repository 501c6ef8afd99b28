"""Trouble on demand: every error of CA-7, lost answers and slowness, for tests and drills."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from tools.campaigns.platforms.errors import ErrorCode, PlatformUnavailable, platform_error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    code: ErrorCode | None = None
    done: bool = False
    latency: timedelta = timedelta()


class SandboxFaults:
    """Faults wait per method of the platform, and each strikes one call, in order."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[_Fault]] = defaultdict(deque)

    def refuse(self, method: str, code: ErrorCode, *, times: int = 1) -> None:
        """The next calls of `method` raise the error of `code` and do nothing."""
        self._waiting[method].extend([_Fault(code=code)] * times)

    def lose_answer(self, method: str, *, times: int = 1) -> None:
        """The next calls of `method` are carried out, but the caller sees a timeout."""
        fault = _Fault(code=ErrorCode.SERVICE_UNAVAILABLE, done=True)
        self._waiting[method].extend([fault] * times)

    def slow_down(self, method: str, latency: timedelta, *, times: int = 1) -> None:
        """The next calls of `method` take that long before they are carried out."""
        self._waiting[method].extend([_Fault(latency=latency)] * times)

    @asynccontextmanager
    async def around(self, platform: str, method: str) -> AsyncIterator[None]:
        """Strike one call of `method` with the fault that waits for it, if any."""
        waiting = self._waiting[method]
        fault = waiting.popleft() if waiting else _Fault()
        if fault.latency:
            await asyncio.sleep(fault.latency.total_seconds())
        if fault.code is not None and not fault.done:
            raise platform_error(fault.code, platform, detail=f"injected into {method}")
        yield
        if fault.code is not None:
            raise PlatformUnavailable(fault.code, platform, detail=f"answer of {method} lost")
