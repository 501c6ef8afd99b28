"""A turn whose asker wants no more of it: what is carried out is finished, nothing new begins."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from agent.contract import Course
from agent.models.acting import Acting


async def unless_stopped(
    work: Coroutine[Any, Any, str], acting: Acting, course: Course
) -> str | None:
    """What the work of a model returns; None when it was stopped."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(course.stop.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        async with acting.between_calls():
            working.cancel()
        return None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
