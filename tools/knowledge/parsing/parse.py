"""The text of a document that somebody sent, read where it can do no harm."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from config.i18n import Language
from tools.knowledge.parsing.document import Block, BlockKind, Parsed
from tools.knowledge.parsing.errors import Unreadable
from tools.knowledge.parsing.limits import MOST_BYTES, MOST_LETTERS, SECONDS

_ROOT = Path(__file__).parents[3]
# A letter takes up to twelve bytes in the worker's JSON.
_MOST_ANSWER = 12 * MOST_LETTERS + MOST_BYTES
# Nothing else of our environment: there are secrets in it. One thread is enough, and each more
# would take a share of the memory.
_ENVIRONMENT = {"PATH": "", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


async def parse(content: bytes, media_type: str, name: str, *, seconds: float = SECONDS) -> Parsed:
    """What is in the content decides, not what its name or type say. Raises Unreadable, which says
    what to do about it."""
    if not content:
        raise Unreadable("empty", name)
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large", name)
    told = json.dumps({"media_type": media_type, "name": name}).encode()
    code, said = await _run_worker(b"%b\n%b" % (told, content), name, seconds)
    if code != 0:
        # Killed by a limit, or a file that the library itself stumbled over.
        by_limit = code < 0 and code != -signal.SIGSEGV
        raise Unreadable("too_heavy" if by_limit else "broken", name)
    answer = json.loads(said)
    if "error" in answer:
        raise Unreadable(answer["error"], name)
    language = answer["language"]
    return Parsed(
        title=answer["title"],
        language=Language(language) if language else None,
        blocks=tuple(
            Block(kind=BlockKind(kind), text=text, level=level, question=question)
            for kind, text, level, question in answer["blocks"]
        ),
    )


async def _run_worker(asked: bytes, name: str, seconds: float) -> tuple[int, bytes]:
    """Its exit code and answer. Raises Unreadable. Whatever happens, nothing of it runs on."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-B", "-m", "tools.knowledge.parsing.worker", cwd=_ROOT, env=_ENVIRONMENT,
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True,
    )  # fmt: skip
    telling = asyncio.create_task(_tell(child, asked))
    try:
        async with asyncio.timeout(seconds):
            said = await _listen(child)
            if len(said) > _MOST_ANSWER:
                raise Unreadable("too_long", name)
            return await child.wait(), said
    except TimeoutError:
        raise Unreadable("too_heavy", name) from None
    finally:
        telling.cancel()
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
        await asyncio.gather(telling, child.wait(), return_exceptions=True)


async def _tell(child: Process, asked: bytes) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(asked)
        await child.stdin.drain()
        child.stdin.close()
        await child.stdin.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        # It ended before it had read everything; its exit code tells why.
        return


async def _listen(child: Process) -> bytes:
    """Everything, or a little more than may be."""
    assert child.stdout is not None
    said = bytearray()
    while len(said) <= _MOST_ANSWER and (part := await child.stdout.read(65_536)):
        said += part
    return bytes(said)
