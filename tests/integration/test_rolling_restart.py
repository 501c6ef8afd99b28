"""Two processes on PostgreSQL and Redis, restarted one after the other while people write: nothing
is lost, nothing is stranded, nothing is done twice, and each stops in good order."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import administer, missing
from tests.emulators.telegram.remote import RemoteEmulator, emulator_process
from tests.integration.processes import ROOT
from tests.servers import ServerMissing, free_port, redis_server

pytestmark = pytest.mark.slow

_SECONDS = 300
CUSTOMERS = range(6_001, 6_005)


class Site:
    """Where the processes live: the database, Redis, and Telegram as they know it."""

    def __init__(self, telegram: RemoteEmulator, database: str, redis: str, folder: Path) -> None:
        self.telegram = telegram
        self._database = create_engine(database.replace("+asyncpg", "+psycopg"))
        self._environment = os.environ | {
            "DATABASE_URL": database, "REDIS_URL": redis, "OMP_NUM_THREADS": "1",
            "TELEGRAM__TOKEN": telegram.view("bots")[0]["token"], "TELEGRAM__API": telegram.url,
        }  # fmt: skip
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """Returns when the process is ready to work."""
        port, number = free_port(), len(self._running)
        environment = self._environment | {
            "HTTP__PORT": str(port), "DATA_DIR": str(self._folder / str(number)),
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "run_bot.py", "run"], cwd=ROOT, env=environment,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self._running.append(process)
        self.until(lambda: _ready(port))
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> int:
        process.send_signal(signal.SIGTERM)
        return process.wait(_SECONDS)

    def kill_all(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()
        self._database.dispose()

    def count(self, query: str) -> int:
        with self._database.connect() as connection:
            counted: Any = connection.scalar(text(query))
            return int(counted)

    def until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _SECONDS
        while not happened():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.1)


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def site(postgres_server: str, tmp_path: Path) -> Iterator[Site]:
    name = f"rolling_{uuid4().hex}"
    asyncio.run(administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE template"))
    with ExitStack() as stack:
        telegram = stack.enter_context(emulator_process("--flood", "0"))
        try:
            redis = stack.enter_context(redis_server())
        except ServerMissing as error:
            missing(str(error))
        opened = Site(telegram, f"{postgres_server}/{name}", redis, tmp_path)
        stack.callback(opened.kill_all)
        yield opened
    asyncio.run(administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


def test_a_rolling_restart_loses_nothing_and_strands_nothing(site: Site) -> None:
    said: dict[int, int] = dict.fromkeys(CUSTOMERS, 0)

    def everybody_writes(times: int = 3) -> None:
        for _ in range(times):
            for customer in CUSTOMERS:
                said[customer] += 1
                words = f"你们几点开门？第 {said[customer]} 次问"
                site.telegram.do("say", user=customer, text=words)

    first, second = site.start(), site.start()
    everybody_writes()
    assert site.stop(first) == 0
    everybody_writes()
    site.start()
    everybody_writes()
    assert site.stop(second) == 0
    everybody_writes()
    total = sum(said.values())
    site.until(lambda: site.count("SELECT count(*) FROM outbox WHERE status = 'sent'") >= total)
    assert site.count("SELECT count(*) FROM inbox WHERE status = 'done'") == total
    assert site.count("SELECT count(*) FROM outbox") == total
    assert site.count("SELECT count(*) FROM outbox WHERE doubts > 0") == 0
    assert site.count("SELECT count(*) FROM conversations WHERE lease_owner IS NOT NULL") == 0
    for customer in CUSTOMERS:
        shown = site.telegram.view("messages", chat=customer)
        assert sum(message["from"]["is_bot"] for message in shown) == said[customer]
