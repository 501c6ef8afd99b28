"""The parent of the workers: it imports the product once, and forks a worker whenever one is asked
for, so that a restart costs milliseconds and not the seconds of the imports.

Run as `python -m tests.chaos.nursery`. Lines of JSON in: the environment of a new worker and its
log file. Lines out: {"ready": …} once, {"born": pid} for each order, {"died": pid, "code": −9}.
Nothing is opened before a fork: no thread, no loop, no connection.
"""

import asyncio
import gc
import json
import os
import select
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import HttpUrl

import run_bot
from agent.models.opening import open_language_models
from agent.planner.loading import load_planner
from config import failpoints
from config.models import ModelSettings
from config.settings import Settings
from tests.chaos.planted import PLANTS
from tests.mailbox.running import open_mailbox

_LOOK_EVERY_SECONDS = 0.02
# What the product imports only when it is needed, and its libraries in their turn.
_LATE = (
    "anyio._backends._asyncio", "asyncpg", "babel.dates", "babel.numbers",
    "bot.channels.telegram.channel", "dbos._sys_db_postgres", "encodings.utf_16_le", "httptools",
    "langchain.agents.middleware", "langchain.chat_models", "langchain_openai",
    "langgraph.prebuilt", "openai", "sqlalchemy.dialects.postgresql.asyncpg",
    "tools.jobs.durable", "uvicorn.lifespan.off", "uvicorn.loops.auto",
    "uvicorn.protocols.http.httptools_impl",
)  # fmt: skip


def main() -> None:
    _warm_up()
    _say(ready=os.getpid())
    orders = b""
    while True:
        readable, _, _ = select.select([0], [], [], _LOOK_EVERY_SECONDS)
        if readable:
            read = os.read(0, 65_536)
            if not read:
                return
            *whole, orders = (orders + read).split(b"\n")
            for line in whole:
                _give_birth(json.loads(line))
        _bury()


def _warm_up() -> None:
    """Import what a worker imports late, read the planner, and build a model's tools once: their
    schemas are remembered."""
    for late in _LATE:
        import_module(late)
    asyncio.run(_rehearse())
    planner = load_planner(Settings().cache_dir)
    # The composition root asks for it by this name, at every start.
    vars(run_bot)["load_planner"] = lambda folder: planner
    # What the work of jobs is opened with is here, so nobody has to wait for it.
    vars(run_bot)["_CHAT_FIRST_SECONDS"] = 0.0
    # What is here stays: no worker has to look through it, nor to copy its pages for that.
    gc.collect()
    gc.freeze()


async def _rehearse() -> None:
    nobody = ModelSettings(name="nobody", base_url=HttpUrl("http://127.0.0.1:9/v1"), model="nobody")
    async with open_language_models(Settings(models=(nobody,))):
        pass


def _give_birth(order: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(_live(order))
    _say(born=pid)


def _live(order: dict[str, Any]) -> int:
    """Be a worker; returns the exit status."""
    os.environ.clear()
    os.environ.update(order["environment"])
    # Read when it was imported, in the parent.
    failpoints.arm(os.environ.get("HUOKE_FAILPOINT", ""))
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdout = open(1, "w", buffering=1, closefd=False, encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False, encoding="utf-8")  # noqa: SIM115
    if planted := order.get("plant"):
        PLANTS[planted]()
    if "MAILBOX__FOLDER" in os.environ:
        open_mailbox()
    return run_bot.main(["run"])


def _bury() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say(died=pid, code=os.waitstatus_to_exitcode(status))


def _say(**words: int) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
