"""A thousand orders for campaigns at each platform's emulator, on days on which everything goes
wrong: `python -m bench ads` (some minutes). How many were made, how many of them needed a look at
what an earlier attempt had left, and whether any was made twice, lost, or runs without being
started."""

import asyncio
import logging
import shutil
import tempfile
import time
from pathlib import Path
from random import Random

import structlog

from storage.database import Database
from storage.migrate import migrate
from tests.builders.bad_days import PLACES, BadDay, Tally
from tests.builders.campaigns import a_shop
from tests.fakes.clock import FakeClock

# Every day has an account of its own, because the adapters read all campaigns of one.
_DAYS, _ORDERS = 10, 100


def main() -> None:
    # Every planned refusal would be a line.
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        asyncio.run(_prepared(empty))
        for platform in PLACES:
            started, total = time.perf_counter(), Tally()
            for day in range(_DAYS):
                file = shutil.copy(empty, Path(folder) / f"{platform}-{day}.db")
                total += asyncio.run(_day(f"sqlite+aiosqlite:///{file}", platform, day))
            print(_line(platform, total, time.perf_counter() - started), flush=True)


async def _prepared(file: Path) -> None:
    async with Database(f"sqlite+aiosqlite:///{file}") as database:
        await migrate(database)


async def _day(url: str, platform: str, day: int) -> Tally:
    clock = FakeClock()
    async with Database(url) as database, PLACES[platform](clock) as place:
        return await BadDay(await a_shop(database, clock), place, Random(day)).orders(_ORDERS)


def _line(platform: str, tally: Tally, seconds: float) -> str:
    return (
        f"{platform}: {tally.orders} campaigns from {tally.orders} orders under {tally.faults}"
        f" planned faults and {tally.kills} kills in {seconds:.0f} s;"
        f" {tally.repeated / tally.orders:.1%} ordered again,"
        f" {tally.reconciled / tally.orders:.1%} reconciled;"
        f" twice {tally.twice}, lost {tally.lost}, not in our rows {tally.unknown},"
        f" running {tally.running}, sleeping drafts told of {tally.drafts}"
    )


if __name__ == "__main__":
    main()
