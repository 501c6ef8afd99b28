"""Whether a process can serve, and what the doctor says of each part."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakeredis import FakeAsyncRedis
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.doctor import examine, readiness, worded
from bot.findings import Finding
from config.settings import Settings
from storage.database import Database
from tests.builders.playbooks import DEMO, changed, written


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    async with FakeAsyncRedis() as opened:
        yield opened


@pytest.fixture
def planner(tmp_path: Path) -> Path:
    file = tmp_path / "planner"
    file.touch()
    return file


def _lame(findings: list[Finding]) -> dict[str, bool]:
    """What is not fine, and whether it is needed."""
    return {finding.part: finding.needed for finding in findings if not finding.fine}


async def test_with_everything_in_reach_it_is_ready(
    database: Database, redis: Redis, planner: Path, tmp_path: Path
) -> None:
    found = await readiness(Settings(data_dir=tmp_path), database, redis, planner)
    assert _lame(found) == {}
    assert [finding.part for finding in found] == [
        "database", "short-term memory", "long-term memory", "local planner",
    ]  # fmt: skip


async def test_without_a_database_or_a_planner_it_is_not(redis: Redis, tmp_path: Path) -> None:
    async with Database("sqlite+aiosqlite:////nowhere/huoke.db") as database:
        found = await readiness(Settings(), database, redis, tmp_path / "missing")
    lame = _lame(found)
    assert lame["database"]
    assert lame["local planner"]


async def test_without_its_memories_it_still_takes_messages(
    database: Database, planner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor._PATIENCE_SECONDS", 60)
    nowhere = Settings(
        redis_url=SecretStr("redis://127.0.0.1:1"), qdrant_url=SecretStr("http://127.0.0.1:1")
    )
    async with Redis(port=1, retry=Retry(NoBackoff(), 0)) as redis:
        found = await readiness(nowhere, database, redis, planner)
    assert _lame(found) == {"short-term memory": False, "long-term memory": False}


async def test_who_never_answers_is_not_waited_for(
    database: Database, planner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor._PATIENCE_SECONDS", 0.05)
    # It takes connections, and never says a word.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = Settings(redis_url=SecretStr(f"redis://127.0.0.1:{port}"))
        async with Redis(port=port) as redis:
            found = await readiness(settings, database, redis, planner)
    assert "no answer" in next(each.seen for each in found if each.part == "short-term memory")


async def test_a_broken_playbook_is_named_and_needed_by_nobody(
    database: Database, redis: Redis, planner: Path, tmp_path: Path
) -> None:
    written(tmp_path / "playbooks", changed(DEMO, ("next: purpose", "next: nowhere")))
    found = await examine(Settings(data_dir=tmp_path), database, redis, planner)
    (broken,) = [each for each in found if each.part == "playbooks"]
    assert not broken.fine
    assert not broken.needed
    assert "trial.yaml:25 stages.0.next: there is no stage “nowhere”" in broken.seen
    assert "/playbooks reload" in broken.advice


def test_in_words_a_bad_part_comes_with_what_to_do() -> None:
    fine = Finding(part="database", fine=True, seen="sqlite")
    bad = Finding(part="ad platforms", fine=False, seen="none", advice="unset SANDBOX")
    assert worded([fine, bad]) == [
        "✓ database: sqlite",
        "✗ ad platforms: none",
        "  → unset SANDBOX",
    ]
