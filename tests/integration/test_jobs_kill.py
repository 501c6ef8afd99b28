"""kill -9 of one of two processes on PostgreSQL: the other finishes its scheduled work, once."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from storage.database import Database
from tests.conftest import administer
from tests.integration.processes import ROOT, demo

KILLED = -9
_SECONDS = 300
PUSHED = "SELECT count(*) FROM outbox WHERE key LIKE 'job:%'"
FINISHED = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'"
DUE_NOW = "UPDATE jobs SET due_at = '2026-01-01' WHERE kind = 'reports.push'"


@pytest.fixture
def url(postgres_server: str) -> Iterator[str]:
    name = f"jobs_{uuid4().hex}"
    asyncio.run(administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE template"))
    yield f"{postgres_server}/{name}"
    asyncio.run(administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _change(url: str, statement: str) -> None:
    async with Database(url) as database, database.unit_of_work() as session:
        await session.execute(text(statement))


async def _count(url: str, question: str) -> int:
    async with Database(url) as database, database.reading() as session:
        found: int = (await session.execute(text(question))).scalar_one()
        return found


@contextmanager
def process(url: str, folder: Path, failpoint: str = "") -> Iterator[subprocess.Popen[str]]:
    """The program on the shared database, alive as long as the block runs or until it is killed."""
    environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, "run_bot.py", "demo"], cwd=ROOT, text=True, stdin=subprocess.PIPE,
        env=environment | ({"HUOKE_FAILPOINT": failpoint} if failpoint else {}),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        yield running
        if running.stdin and running.poll() is None:
            running.stdin.close()
        running.wait(_SECONDS)


@pytest.mark.parametrize("point", ["job_begun", "job_done"])
def test_another_process_finishes_what_a_killed_one_had_begun(
    url: str, tmp_path: Path, point: str
) -> None:
    assert demo(tmp_path / "one", "每天 9 点发总览", DATABASE_URL=url).code == 0
    asyncio.run(_change(url, DUE_NOW))
    with process(url, tmp_path / "one", point) as killed:
        assert killed.wait(_SECONDS) == KILLED
    with process(url, tmp_path / "two"):
        for _ in range(_SECONDS):
            if asyncio.run(_count(url, FINISHED)):
                break
            time.sleep(0.5)
    assert asyncio.run(_count(url, FINISHED)) == 1
    assert asyncio.run(_count(url, PUSHED)) == 1
