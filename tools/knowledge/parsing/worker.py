"""Reads a document in a process of its own: `python -m tools.knowledge.parsing.worker`.

In: a line of JSON {"name", "media_type"}, then the content. Out: {"title", "language", "blocks":
[[kind, text, level, question], …]}, or {"error": key}. A hostile file can only end this process.
"""

import json
import os
import resource
import sys
from typing import BinaryIO

from tools.knowledge.parsing.limits import CPU_SECONDS, MEMORY, OPEN_FILES, Refused
from tools.knowledge.parsing.reading import read

_FORBIDDEN = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.spawn",
    "ftplib.", "urllib.", "http.", "smtplib.",
)  # fmt: skip


def main() -> None:
    _restrain()
    # What a library prints must not mix with the answer.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with out:
        out.write(json.dumps(_answer(sys.stdin.buffer)).encode())


def _answer(source: BinaryIO) -> dict[str, object]:
    told = json.loads(source.readline())
    try:
        parsed = read(source.read(), told["media_type"], told["name"])
    except Refused as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "too_heavy"}
    blocks = [[each.kind, each.text, each.level, each.question] for each in parsed.blocks]
    return {"title": parsed.title, "language": parsed.language, "blocks": blocks}


def _restrain() -> None:
    """Little memory and time, no file written, no program started, no connection opened."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    sys.addaudithook(_refuse)


def _refuse(event: str, _: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)


if __name__ == "__main__":
    main()
