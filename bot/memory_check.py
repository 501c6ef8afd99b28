"""The doctor's look at long-term memory: is its index within reach, and complete."""

import time

from sqlalchemy.exc import SQLAlchemyError

from bot.findings import Finding
from config.errors import TransientError
from config.settings import Settings
from memory.indexing import waiting
from memory.opening import open_index
from storage.database import Database

_PART = "long-term memory"
# More than the indexer leaves between two looks.
_MANY = 100


async def check_long_term(settings: Settings, database: Database) -> Finding:
    try:
        behind = await waiting(database)
    except (SQLAlchemyError, OSError):
        return Finding(part=_PART, fine=False, seen="unknown", advice="see the database first")
    seen = await _server(settings) if settings.qdrant_url else "in process (QDRANT_URL is unset)"
    if seen is None:
        return Finding(
            part=_PART, fine=False, seen="Qdrant cannot be reached",
            advice="check QDRANT_URL and QDRANT_API_KEY, and that the server (1.19 or newer) runs;"
            " until then memories are found by words only",
        )  # fmt: skip
    return Finding(
        part=_PART, fine=behind < _MANY, seen=f"{seen}, {behind} to be indexed",
        advice="" if behind < _MANY else "start the service: it indexes them by itself",
    )  # fmt: skip


async def _server(settings: Settings) -> str | None:
    index = open_index(settings)
    started = time.perf_counter()
    try:
        await index.count(0)
    except TransientError:
        return None
    finally:
        await index.aclose()
    return f"Qdrant, {(time.perf_counter() - started) * 1000:.1f} ms"
