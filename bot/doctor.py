"""Checks every configured part, and says what is wrong and what to do."""

import asyncio
import os
import time
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot.ads_check import check_ads
from bot.channels.configured import check_channels
from bot.channels.wecom.contact import check_contact
from bot.findings import Finding
from bot.knowledge_check import check_chunks
from bot.memory_check import check_long_term
from bot.model_check import check_models
from config.platforms import PLATFORMS
from config.settings import Settings
from memory.index import VectorIndex
from storage.database import Database
from storage.migrate import current_revision, newest_revision
from tools.visits.playbook_desk import broken_files

_LEAST_FREE_BYTES = 200_000_000
_PATIENCE_SECONDS = 3.0


async def examine(
    settings: Settings,
    database: Database,
    redis: Redis,
    planner_file: Path,
    *,
    alone: bool = False,
    chunks: VectorIndex | None = None,
) -> list[Finding]:
    """Every part, those of other companies too; `alone` says that no HuoKe runs with these
    settings now. `chunks` is the index of documents that this process has open."""
    ours, documents, models, channels, contact, ads = await asyncio.gather(
        _servers(settings, database, redis),
        _in_time("document index", check_chunks(settings, database, chunks)),
        check_models(settings),
        check_channels(settings, alone=alone),
        check_contact(settings.wecom_contact),
        check_ads(settings, database),
    )
    return [
        _data_folder(settings.data_dir), *ours, documents, _planner(planner_file), *models, *channels,
        *contact, _market(settings), *ads, _playbooks(settings),
    ]  # fmt: skip


async def readiness(
    settings: Settings, database: Database, redis: Redis, planner_file: Path
) -> list[Finding]:
    """What a process that serves has to have within reach; nobody outside our own servers is
    asked. Memories that cannot be reached make answers poorer, and keep no message from us."""
    database_found, *memories = await _servers(settings, database, redis)
    needless = [replace(memory, needed=False) for memory in memories]
    return [database_found, *needless, _planner(planner_file)]


async def _servers(settings: Settings, database: Database, redis: Redis) -> list[Finding]:
    found = await asyncio.gather(
        _in_time("database", _database(database)),
        _in_time("short-term memory", _redis(settings, redis)),
        _in_time("long-term memory", check_long_term(settings, database)),
    )
    return list(found)


async def _in_time(part: str, look: Awaitable[Finding]) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await look
    except TimeoutError:
        return Finding(
            part=part, fine=False, seen=f"no answer in {_PATIENCE_SECONDS:g} s",
            advice="check that its server runs and the network to it",
        )  # fmt: skip


def _data_folder(folder: Path) -> Finding:
    if not os.access(folder, os.W_OK):
        advice = f"give this user the right to write there, or set DATA_DIR (now {folder})"
        return Finding(part="data folder", fine=False, seen="cannot be written", advice=advice)
    stat = os.statvfs(folder)
    free = stat.f_bavail * stat.f_frsize
    return Finding(
        part="data folder",
        fine=free > _LEAST_FREE_BYTES,
        seen=f"{folder}, {free / 1e9:.1f} GB free",
        advice="" if free > _LEAST_FREE_BYTES else "make room on this disk",
    )


async def _database(database: Database) -> Finding:
    engine = database.url.get_backend_name()
    started = time.perf_counter()
    try:
        async with database.engine.connect():
            found = await current_revision(database)
    except (SQLAlchemyError, OSError) as error:
        return Finding(
            part="database", fine=False, seen=f"{engine}: {type(error).__name__}",
            advice="check DATABASE_URL (host, port, user, password), and that the server runs",
        )  # fmt: skip
    took = (time.perf_counter() - started) * 1000
    newest = newest_revision()
    if found != newest:
        return Finding(
            part="database", fine=False, seen=f"{engine}: schema {found or 'missing'}",
            advice=f"run `python run_bot.py migrate` to bring it to {newest}",
        )  # fmt: skip
    return Finding(part="database", fine=True, seen=f"{engine}, schema {found}, {took:.1f} ms")


async def _redis(settings: Settings, redis: Redis) -> Finding:
    if settings.redis_url is None:
        return Finding(part="short-term memory", fine=True, seen="in process (REDIS_URL is unset)")
    started = time.perf_counter()
    try:
        await redis.echo("doctor")
    except (RedisError, OSError) as error:
        return Finding(
            part="short-term memory", fine=False, seen=f"Redis: {type(error).__name__}",
            advice="check REDIS_URL, and that the server runs",
        )  # fmt: skip
    took = (time.perf_counter() - started) * 1000
    return Finding(part="short-term memory", fine=True, seen=f"Redis, {took:.1f} ms")


def _planner(file: Path) -> Finding:
    if file.exists():
        return Finding(part="local planner", fine=True, seen="ready")
    return Finding(
        part="local planner", fine=False, seen="not trained for this version",
        advice="run `make install`; it takes some seconds",
    )  # fmt: skip


def _market(settings: Settings) -> Finding:
    if settings.sandbox is None:
        connected = any(settings.ad_accounts(platform) for platform in PLATFORMS)
        return Finding(
            part="ad platforms", fine=connected, seen="the sandbox is switched off",
            advice="" if connected else "connect an ad platform, or unset SANDBOX to have the sandbox",
        )  # fmt: skip
    day = settings.sandbox.day_seconds
    return Finding(part="ad platforms", fine=True, seen=f"sandbox, a market day is {day:g} s")


def _playbooks(settings: Settings) -> Finding:
    count, wrong = broken_files(settings.playbook_folder)
    if not wrong:
        return Finding(part="playbooks", fine=True, seen=f"{count} read")
    return Finding(
        part="playbooks", fine=False, seen=f"{count} read; {wrong[0]}",
        advice="put the file right, then send `/playbooks reload`; until then the version before it counts",
        needed=False,
    )  # fmt: skip


def worded(findings: list[Finding]) -> list[str]:
    """Two lines a finding at most, for a terminal."""
    lines = []
    for finding in findings:
        lines.append(f"{'✓' if finding.fine else '✗'} {finding.part}: {finding.seen}")
        if finding.advice:
            lines.append(f"  → {finding.advice}")
    return lines
