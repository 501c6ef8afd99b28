"""One run: open, load, burn, settle, check."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database
from tests.chaos.arena import Arena
from tests.chaos.books import read_books
from tests.chaos.fire import EVERY_POINT, Fire
from tests.chaos.load import Load
from tests.chaos.report import Report, report_of
from tests.chaos.stage import Stage, open_stage
from tests.chaos.visitors import Visitors

_READY_WITHIN_SECONDS = 60.0
_LAST_WORDS_SECONDS = 0.15
_OPEN = """
SELECT (SELECT count(*) FROM inbox WHERE status = 'received')
     + (SELECT count(*) FROM outbox o JOIN conversations c ON c.id = o.conversation_id
        WHERE c.channel IN ('telegram', 'web') AND o.status IN ('queued', 'sending'))
     + (SELECT count(*) FROM conversations WHERE lease_owner IS NOT NULL)
"""
_WAITING = """
SELECT c.chat, count(*) AS n FROM inbox i JOIN conversations c ON c.id = i.conversation_id
WHERE i.status = 'received' AND c.channel = 'telegram' GROUP BY c.chat
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`points` are the failpoints to be met; `pause` the seconds between two faults, on average;
    `settle` how long everything may take to come to rest; `duplicates` the share of updates that
    come again after we have confirmed them."""

    kills: int = 20
    seed: int = 1
    points: Sequence[str] = EVERY_POINT
    others: bool = True
    duplicates: float = 0.05
    plant: str | None = None
    pause: float = 0.5
    settle: float = 120.0


async def run(arena: Arena, trial: Trial) -> Report:
    """Raises nothing for what the product does wrong: the report says it."""
    began = time.monotonic()
    async with open_stage(arena, seed=trial.seed, plant=trial.plant) as stage:
        load = Load(stage.telegram, trial.seed)
        fire = Fire(trial.seed, stage, load)
        visitors = Visitors([each.port for each in stage.supervisor.workers], trial.seed)
        watching = asyncio.create_task(_watch(stage.database, load))
        await _burn(trial, stage, load, fire, visitors)
        over = time.monotonic()
        await _settle(stage, trial.settle)
        watching.cancel()
        ledger = stage.telegram.ledger.entries
        books = await read_books(stage.database, ledger, visitors.taken)
        report = report_of(
            books, ledger, seed=trial.seed, seconds=time.monotonic() - began,
            settled_in=time.monotonic() - over, struck=fire.struck, missed=fire.missed,
            exits=stage.supervisor.exits, model_requests=stage.model.asked,
            commits_cut=stage.proxy.cuts,
        )  # fmt: skip
        written = json.dumps(asdict(books), ensure_ascii=False)
        (stage.folder / "books.json").write_text(written, encoding="utf-8")
        (stage.folder / "journal.txt").write_text("\n".join([*fire.journal, ""]))
        return report


async def _burn(trial: Trial, stage: Stage, load: Load, fire: Fire, visitors: Visitors) -> None:
    load.begin()
    ledger = stage.telegram.ledger
    await stage.telegram.wait_for(lambda: ledger.updates("confirmed"), _READY_WITHIN_SECONDS)
    load.start()
    visitors.start()
    fire.smoulder(trial.duplicates)
    await fire.burn(trial.kills, points=trial.points, others=trial.others, pause=trial.pause)
    load.stop()
    fire.put_out()
    # Long enough to have kept the last words, and too short to have answered all of them.
    await asyncio.sleep(_LAST_WORDS_SECONDS)
    fire.kill_both()
    await visitors.stop()


async def _watch(database: Database, load: Load) -> None:
    """Tell the load how many of its messages wait, until cancelled."""
    while True:
        with suppress(SQLAlchemyError, OSError):
            async with database.reading() as session:
                rows = (await session.execute(text(_WAITING))).all()
            load.waiting = {int(row.chat): row.n for row in rows}
        await asyncio.sleep(0.5)


async def _settle(stage: Stage, within: float) -> None:
    """Wait until nothing is under way any more, or the time is over."""
    until = time.monotonic() + within
    quiet = 0
    while quiet < 3 and time.monotonic() < until:
        await asyncio.sleep(0.3)
        quiet = quiet + 1 if await _at_rest(stage) else 0


async def _at_rest(stage: Stage) -> bool:
    updates = stage.telegram.bots[0].updates
    updates.expire()
    if updates.pending:
        return False
    try:
        async with stage.database.reading() as session:
            return not await session.scalar(text(_OPEN))
    except (SQLAlchemyError, OSError):
        return False
