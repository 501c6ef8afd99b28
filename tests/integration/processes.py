"""The real program as another process: lines in through a pipe, killed at a named point."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Run:
    """`code` is −9 when the process was killed."""

    code: int
    output: str


def demo(folder: Path, *lines: str, failpoint: str | None = None, person: str = "王经理") -> Run:
    """`run_bot.py demo` on a data folder of its own; each line is answered before the next."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "HUOKE_CONFIG")
    } | {"DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}  # fmt: skip
    if failpoint:
        environment["HUOKE_FAILPOINT"] = failpoint
    done = subprocess.run(
        [sys.executable, "run_bot.py", "demo", "--person", person],
        cwd=ROOT, env=environment, input="".join(f"{line}\n" for line in lines),
        capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout + done.stderr)
