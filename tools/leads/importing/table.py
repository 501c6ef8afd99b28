"""A received file as a table, read where it can do no harm."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from config.errors import InvalidInput
from tools.leads.importing.reader import Row

_ROOT = Path(__file__).parents[3]
_SECONDS = 30


class UnreadableFile(InvalidInput):
    """`why` is a key below leads.imports.unreadable."""

    def __init__(self, why: str, name: str) -> None:
        super().__init__(f"leads.imports.unreadable.{why}", name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    name: str
    content: bytes


async def read_table(file: Received) -> list[Row]:
    """Line numbers and cells. Raises UnreadableFile."""
    if not file.content:
        raise UnreadableFile("empty", file.name)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tools.leads.importing.reader", cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await child.communicate(file.content)
    except TimeoutError:
        raise UnreadableFile("too_heavy", file.name) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        # Killed by a limit, or a file that the library itself stumbled over.
        why = "too_heavy" if child.returncode < 0 else "broken"
        raise UnreadableFile(why, file.name)
    answer = json.loads(said)
    if "error" in answer:
        raise UnreadableFile(answer["error"], file.name)
    return [(line, cells) for line, cells in answer["rows"]]
