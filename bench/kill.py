"""The kill test at length: two processes, 200 kills and every named failpoint, judged from outside.

The report of the last run is kept in kill.json; `python -m tests.chaos --kills 1000` goes on for
longer.
"""

import asyncio
from pathlib import Path

from tests.chaos.arena import open_arena
from tests.chaos.report import Report
from tests.chaos.run import Trial, run
from tests.servers import ServerMissing

_TRIAL = Trial(kills=200, seed=200)
_REPORT = Path(__file__).with_name("kill.json")


def main() -> None:
    try:
        report = asyncio.run(_run())
    except ServerMissing as error:
        print(f"{error} is not installed")
        return
    _REPORT.write_text(report.as_json() + "\n", encoding="utf-8")
    print("\n".join(report.lines()))


async def _run() -> Report:
    async with open_arena() as arena:
        return await run(arena, _TRIAL)
