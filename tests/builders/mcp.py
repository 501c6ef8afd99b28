"""The MCP server as a process of its own on a data folder with the demo's people and creatives."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mcp import StdioServerParameters

from config.clock import SystemClock
from config.settings import Settings
from storage.database import Database
from storage.migrate import migrate
from tests.integration.processes import ROOT
from tools.campaigns.platforms.configured import open_platforms
from tools.demo import DEMO, MEMBERS, ensure_organisation, seed_demo

MANAGER_TOKEN, AGENT_TOKEN = "manager-0123456789", "agent-0123456789ab"
TOKENS = json.dumps([
    {"token": MANAGER_TOKEN, "person": "王经理"}, {"token": AGENT_TOKEN, "person": "李雷"},
])  # fmt: skip


async def a_data_folder(folder: Path) -> Path:
    """With the demo organisation, and nobody running on it."""
    settings = Settings(data_dir=folder)
    async with Database(f"sqlite+aiosqlite:///{folder / 'huoke.db'}") as database:
        await migrate(database)
        clock = SystemClock()
        id_ = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
        platforms = await open_platforms(settings, database, id_, clock)
        await seed_demo(database, id_, clock, platforms)
    return folder


def by_pipes(folder: Path, *words: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["run_bot.py", "mcp", *words], cwd=ROOT,
        env=_environment(folder),
    )  # fmt: skip


@contextmanager
def by_http(folder: Path) -> Iterator[str]:
    """Yields the address."""
    with subprocess.Popen(
        [sys.executable, "run_bot.py", "mcp", "--http"], cwd=ROOT, text=True,
        env=_environment(folder) | {"MCP__TOKENS": TOKENS, "HTTP__PORT": "0"},
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(60)


def _environment(folder: Path) -> dict[str, str]:
    without = ("DATABASE_URL", "REDIS_URL", "HUOKE_CONFIG", "MCP__TOKENS", "ORGANISATION")
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return kept | {"DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
