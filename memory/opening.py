"""Opens long-term memory as the settings name it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from config.clock import Clock
from config.settings import Settings
from memory.edge import EdgeIndex
from memory.embeddings import Embedder
from memory.index import VectorIndex
from memory.long_term import LongTermMemory
from storage.database import Database


@asynccontextmanager
async def open_long_term(
    settings: Settings,
    database: Database,
    organisation_id: int,
    embedder: Embedder,
    clock: Clock,
) -> AsyncIterator[LongTermMemory]:
    """Long-term memory and the task that keeps its index complete. Nothing is loaded, read from
    disk or asked of a server before it is needed."""
    index = open_index(settings)
    memory = LongTermMemory(
        database, organisation_id, index, embedder, clock=clock,
        settings=settings.long_term,
    )  # fmt: skip
    following = asyncio.create_task(memory.indexer.run(), name="long-term memory")
    try:
        yield memory
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await index.aclose()


def open_index(settings: Settings) -> VectorIndex:
    if settings.qdrant_url is None:
        return EdgeIndex(settings.data_dir / "memory")
    # Imported here: its client takes over a second to load, which the embedded mode does not owe.
    from memory.server import ServerIndex

    key = settings.qdrant_api_key
    return ServerIndex(
        settings.qdrant_url.get_secret_value(), key.get_secret_value() if key else None,
        collection=settings.long_term.collection,
        timeout_seconds=settings.long_term.timeout_seconds,
    )  # fmt: skip
