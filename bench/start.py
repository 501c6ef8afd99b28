"""Cold start to the prompt, and resident memory when idle, of the real program."""

import os
import subprocess
import sys
import tempfile
import time

from bench.figures import resident_mb

_RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(f"first start, with migration and demo data: {_start(folder)[0]:.2f} s")
        runs = sorted(_start(folder) for _ in range(_RUNS))
        seconds = [run[0] for run in runs]
        print(f"start to prompt: median {seconds[_RUNS // 2]:.2f} s, slowest {seconds[-1]:.2f} s")
        print(f"idle: {max(run[1] for run in runs):.0f} MB, after one turn {runs[0][2]:.0f} MB")


def _start(folder: str) -> tuple[float, float, float]:
    """Seconds to the prompt, MB at the prompt, MB after a question was answered."""
    environment = os.environ | {"DATA_DIR": folder, "PYTHONUNBUFFERED": "1"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "run_bot.py", "demo"], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    # The two lines of the welcome come when the chat can be typed into.
    process.stdout.readline()
    took = time.perf_counter() - started
    time.sleep(1.0)
    idle = resident_mb(process.pid)
    process.stdin.write("今天抖音来了多少线索？\n")
    process.stdin.flush()
    while "> 今天" not in process.stdout.readline():
        pass
    process.stdout.readline()
    used = resident_mb(process.pid)
    process.stdin.close()
    process.wait()
    return took, idle, used
