"""From a webhook to the reply: the real program in one process and in two, an end that stands in for
Telegram in another, at 1, 50 and 100 users who write again as soon as they are answered.

CPU is that of our processes alone, from /proc; the end's is given beside it. Sentences are those of
`bench turn`, so each message is answered by the local planner, or (last row) by a language model that
answers at once over HTTP.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from bench.figures import percentile, resident_mb
from bench.telegram_end import SECRET, TOKEN, TelegramEnd
from bench.turn import sentences
from config.clock import SystemClock
from config.roles import Role
from config.settings import Settings
from storage.database import Database
from storage.migrate import migrate
from tests.emulators.openai_api import Answer, OpenAIEmulator, call, say
from tests.emulators.serving import served
from tests.servers import ServerMissing, free_port, postgres_cluster, redis_server
from tools.campaigns.platforms.configured import open_platforms
from tools.demo import DEMO, MEMBERS, ensure_organisation, seed_demo
from tools.people.service import add_person, bind

_FIRST_USER, _MOST_USERS = 5_001, 100
_WARM_UP = 60
# Users, and messages of each of them.
_LOADS = ((1, 150), (50, 16), (100, 8))
# A turn with a model costs some three times as much.
_MODEL_LOADS = ((1, 40), (10, 8))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sqlite = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/bench.db"}
        asyncio.run(_seed(sqlite["DATABASE_URL"]))
        _measure("SQLite, 1 process", folder, sqlite, processes=1)
        try:
            with ExitStack() as stack:
                server = stack.enter_context(postgres_cluster())
                redis = stack.enter_context(redis_server())
                shared = {"DATABASE_URL": f"{server}/postgres", "REDIS_URL": redis}
                asyncio.run(_seed(shared["DATABASE_URL"]))
                _measure("PostgreSQL + Redis, 1 process", folder, shared, processes=1)
                _measure("PostgreSQL + Redis, 2 processes", folder, shared, processes=2)
                _measure("the same with a model", folder, shared, processes=2, model=True)
        except ServerMissing as missing:
            print(f"{missing} is not installed")


def _measure(
    name: str, folder: str, where: Mapping[str, str], *, processes: int, model: bool = False
) -> None:
    asyncio.run(_run(name, folder, where, processes, model))


async def _run(
    name: str, folder: str, where: Mapping[str, str], processes: int, model: bool
) -> None:
    ours, telegram = free_port(), free_port()
    async with AsyncExitStack() as stack:
        end = TelegramEnd(f"http://127.0.0.1:{ours}/telegram", cycle(sentences()))
        stack.push_async_callback((await end.serve(telegram)).cleanup)
        environment = dict(where) | _settings(folder, ours, telegram)
        if model:
            url = await stack.enter_async_context(served(OpenAIEmulator({"m": _at_once}).app))
            at = {"name": "m", "model": "m", "base_url": f"{url}/v1", "api_key": "test-key"}
            environment |= {"MODELS": json.dumps([at]), "ANSWERS__FAST_PATH": "1.1"}
        started = stack.enter_context(_started(environment, processes))
        await asyncio.to_thread(_wait_until_ready, ours)
        users = range(_FIRST_USER, _FIRST_USER + _MOST_USERS)
        await end.chat(users[:10], _WARM_UP // 10)
        for people, messages in _MODEL_LOADS if model else _LOADS:
            before, own = _cpu(started), time.process_time()
            tally = await end.chat(users[:people], messages)
            each = (_cpu(started) - before) / len(tally.took) * 1000
            others = (time.process_time() - own) / len(tally.took) * 1000
            print(
                f"{name}, {people} users: P50 {percentile(tally.took, 0.5):.0f} ms, "
                f"P95 {percentile(tally.took, 0.95):.0f} ms, {tally.per_second:.0f} messages/s, "
                f"CPU {each:.1f} ms a message ({others:.1f} in the other end)"
            )
        memory = max(resident_mb(process.pid) for process in started)
        print(f"{name}: {memory:.0f} MB a process")


async def _seed(url: str) -> None:
    """The demo organisation, with a hundred managers more."""
    clock = SystemClock()
    async with Database(url) as database:
        await migrate(database)
        organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
        platforms = await open_platforms(Settings(), database, organisation_id, clock)
        await seed_demo(database, organisation_id, clock, platforms)
        async with database.unit_of_work() as session:
            for number in range(_FIRST_USER, _FIRST_USER + _MOST_USERS):
                person = await add_person(
                    session, organisation_id, clock, name=f"经理{number}", role=Role.manager
                )
                account = str(number)
                await bind(session, person, clock, channel="telegram", external_id=account)


def _settings(folder: str, ours: int, telegram: int) -> dict[str, str]:
    return {
        "DATA_DIR": folder, "ORGANISATION": DEMO, "OMP_NUM_THREADS": "1", "LOG__LEVEL": "WARNING",
        "TELEGRAM__TOKEN": TOKEN, "TELEGRAM__API": f"http://127.0.0.1:{telegram}",
        "TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{ours}/telegram",
        "TELEGRAM__WEBHOOK_SECRET": SECRET, "TELEGRAM__LIMITS__PER_SECOND": "1000",
        "TELEGRAM__LIMITS__CHAT_BURST": "1000", "HTTP__PORT": str(ours), "HTTP__REUSE_PORT": "true",
    }  # fmt: skip


@contextmanager
def _started(
    environment: Mapping[str, str], processes: int
) -> Iterator[Sequence[subprocess.Popen[bytes]]]:
    running = [
        subprocess.Popen(
            [sys.executable, "run_bot.py", "run"], env=os.environ | dict(environment),
            stdout=subprocess.DEVNULL,
        )
        for _ in range(processes)
    ]  # fmt: skip
    try:
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)


def _wait_until_ready(port: int) -> None:
    # The workflow engine opens some seconds after the rest; it is not what is measured here.
    time.sleep(15)
    for _ in range(300):
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError("it did not become ready")


def _cpu(processes: Sequence[subprocess.Popen[bytes]]) -> float:
    """Seconds of all threads of these processes."""
    ticks = 0
    for process in processes:
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _at_once(request: dict[str, Any]) -> Answer:
    if request["messages"][-1]["role"] == "tool":
        return say("好的。")
    return call("list_campaigns")
