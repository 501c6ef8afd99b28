"""Commands that look after an installation."""

import sys
from contextlib import nullcontext
from pathlib import Path

from bot.doctor import examine, worded
from bot.embedded import FolderLock, ask_running
from config.settings import Settings
from memory.connect import redis_of
from storage.database import Database
from storage.migrate import migrate


async def doctor(settings: Settings, planner_file: Path) -> int:
    """Ask the running process, or look for ourselves. The exit status is 1 when a part is bad."""
    findings = await ask_running(settings.data_dir) if settings.embedded else None
    if findings is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        redis = redis_of(settings)
        async with Database(settings.database) as database:
            findings = await examine(
                settings, database, redis, planner_file, alone=settings.embedded
            )
        await redis.aclose()
    sys.stdout.write("\n".join(worded(findings)) + "\n")
    return 0 if all(finding.fine for finding in findings) else 1


async def upgrade(settings: Settings) -> None:
    with FolderLock(settings.data_dir) if settings.embedded else nullcontext():
        async with Database(settings.database) as database:
            changed = await migrate(database)
    sys.stdout.write(
        f"The schema {'is the newest now' if changed else 'was the newest already'}.\n"
    )
