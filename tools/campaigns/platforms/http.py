"""HTTP to an ad platform: one client per account, inside the platform's budget of calls.

What the answer means is the adapter's business; here it is decided only that there is none.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tools.campaigns.platforms.errors import ErrorCode, PlatformUnavailable

# Called with the endpoint, without ids, and the HTTP status or "no_answer" or "held_back"; where
# refusals are HTTP 200, with the platform's code for them instead.
Observe = Callable[[str, str], None]

TIMEOUT_SECONDS = 30.0
# Somebody waits for the answer: a longer wait is better said than kept.
_LONGEST_WAIT_SECONDS = 10.0
_MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBudget:
    """How many calls one account may make; `per_second` below 1 is a call every few seconds."""

    per_second: float
    per_minute: int


class PlatformHttp:
    """`headers` hold the token: it is never in a URL, and headers are never logged."""

    def __init__(
        self, platform: str, base_url: str, headers: Mapping[str, str], *, budget: RateBudget,
        observe: Observe | None = None, transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        status_of: Callable[[httpx.Response], str] | None = None,
    ) -> None:  # fmt: skip
        self._platform = platform
        self._observe = observe or _ignore
        self._turns = _Turns(budget, now)
        self._sleep = sleep
        self._status_of = status_of or _http_status
        self._client = httpx.AsyncClient(
            base_url=base_url, headers=dict(headers), timeout=TIMEOUT_SECONDS, transport=transport
        )

    async def request(
        self, method: str, path: str, *, endpoint: str, params: Mapping[str, Any] | None = None,
        json: Any = None, form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """The answer, whatever its status. `headers` are added for this call, such as a token that
        was just renewed. Raises PlatformUnavailable when no answer came, or when the budget of
        calls is used up for longer than anybody should wait."""
        await self._take_turn(endpoint)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                response = await self._client.request(
                    method, path, params=params, json=json, data=form, headers=headers
                )
        except (httpx.RequestError, TimeoutError) as error:
            self._observe(endpoint, "no_answer")
            raise PlatformUnavailable(
                ErrorCode.SERVICE_UNAVAILABLE, self._platform,
                detail=f"{endpoint}: {type(error).__name__}",
            ) from error  # fmt: skip
        self._observe(endpoint, self._status_of(response))
        return response

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _take_turn(self, endpoint: str) -> None:
        wait = self._turns.wait()
        if wait > _LONGEST_WAIT_SECONDS:
            self._observe(endpoint, "held_back")
            raise PlatformUnavailable(
                ErrorCode.RATE_LIMIT_EXCEEDED, self._platform,
                detail=f"{endpoint}: our own budget of calls", retry_after=wait,
            )  # fmt: skip
        self._turns.take(wait)
        if wait > 0:
            await self._sleep(wait)


class _Turns:
    """Hands out the moments at which calls may leave: no second and no minute holds too many."""

    def __init__(self, budget: RateBudget, now: Callable[[], float]) -> None:
        burst = max(1, int(budget.per_second))
        self._windows = (
            (deque[float](maxlen=burst), burst / budget.per_second),
            (deque[float](maxlen=budget.per_minute), _MINUTE),
        )
        self._now = now

    def wait(self) -> float:
        """Seconds until the next free moment."""
        now = self._now()
        free = [at[0] + span - now for at, span in self._windows if len(at) == at.maxlen]
        return max(0.0, *free) if free else 0.0

    def take(self, wait: float) -> None:
        moment = self._now() + wait
        for at, _ in self._windows:
            at.append(moment)


def _http_status(response: httpx.Response) -> str:
    return str(response.status_code)


def _ignore(endpoint: str, status: str) -> None:
    """Nobody counts."""
