"""When and how often a call to a platform is repeated (CA-8)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
)  # fmt: skip

from tools.campaigns.platforms.errors import ErrorCode, PlatformError, PlatformUnavailable

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 30.0
CALL_SECONDS = 30.0

_growing = wait_exponential(multiplier=1, max=LONGEST_WAIT_SECONDS)


async def retrying(
    call: Callable[[], Awaitable[T]], *, platform: str,
    sleep: Sleep = asyncio.sleep, seconds: float = CALL_SECONDS,
) -> T:  # fmt: skip
    """Run `call` up to three times, waiting 1 s, 2 s … between, each within `seconds`.

    For reads and for writes that may be repeated as they are. Raises the last error; a call that
    took too long is PlatformUnavailable.
    """
    policy = AsyncRetrying(
        stop=stop_after_attempt(ATTEMPTS), wait=_wait, retry=retry_if_exception(_worth_repeating),
        sleep=sleep, reraise=True,
    )  # fmt: skip
    try:
        return await policy(_limited, call, platform, seconds)
    except PlatformError as error:
        error.retries = policy.statistics["attempt_number"] - 1
        raise


async def _limited(call: Callable[[], Awaitable[T]], platform: str, seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await call()
    except TimeoutError as error:
        raise PlatformUnavailable(
            ErrorCode.SERVICE_UNAVAILABLE, platform, detail=f"no answer in {seconds:g} s"
        ) from error


def _worth_repeating(error: BaseException) -> bool:
    if not isinstance(error, PlatformError) or not error.code.retryable:
        return False
    return _asked_wait(error) <= LONGEST_WAIT_SECONDS


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return max(_growing(state), _asked_wait(error))


def _asked_wait(error: BaseException | None) -> float:
    if isinstance(error, PlatformUnavailable) and error.retry_after is not None:
        return error.retry_after
    return 0.0
