"""The real program as another process: lines in through a pipe, killed at a named point."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Run:
    """`code` is −9 when the process was killed."""

    code: int
    output: str


@contextmanager
def open_demo(folder: Path, failpoint: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """The same, alive for as long as the block runs or until it is killed at the failpoint."""
    with subprocess.Popen(
        [sys.executable, "run_bot.py", "demo"],
        cwd=ROOT, env=_environment(folder, failpoint, {}), stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
    ) as running:  # fmt: skip
        yield running
        if running.stdin and running.poll() is None:
            running.stdin.close()
        running.wait(_SECONDS)


def demo(
    folder: Path,
    *lines: str,
    failpoint: str | None = None,
    person: str = "王经理",
    **settings: str,
) -> Run:
    """`run_bot.py demo` on a data folder of its own; each line is answered before the next."""
    environment = _environment(folder, failpoint, settings)
    done = subprocess.run(
        [sys.executable, "run_bot.py", "demo", "--person", person],
        cwd=ROOT, env=environment, input="".join(f"{line}\n" for line in lines),
        capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout + done.stderr)


def _environment(folder: Path, failpoint: str | None, settings: dict[str, str]) -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "HUOKE_CONFIG")
    } | {"DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **settings}  # fmt: skip
    return environment | ({"HUOKE_FAILPOINT": failpoint} if failpoint else {})
