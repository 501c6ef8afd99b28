"""`python -m tests.chaos --kills N --seed S`: one run of the kill test, and its report."""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.chaos.arena import open_arena
from tests.chaos.fire import EVERY_POINT
from tests.chaos.planted import PLANTS
from tests.chaos.report import Report
from tests.chaos.run import Trial, run


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", nargs="*", default=EVERY_POINT, choices=EVERY_POINT)
    parser.add_argument("--plant", choices=[*PLANTS], help="a bug that has to be caught")
    parser.add_argument("--settle", type=float, default=120.0, help="seconds at the end")
    parser.add_argument("--report", type=Path, help="a file for the report as JSON")
    parser.add_argument("--folder", type=Path, help="for the logs and ledgers, which stay there")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> Report:
    trial = Trial(
        kills=options.kills, seed=options.seed, points=options.points, plant=options.plant,
        settle=options.settle,
    )  # fmt: skip
    async with open_arena(options.folder) as arena:
        return await run(arena, trial)


def main() -> int:
    options = _options()
    report = asyncio.run(_run(options))
    sys.stdout.write("\n".join([*report.lines(), ""]))
    if options.report:
        options.report.write_text(report.as_json() + "\n", encoding="utf-8")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
