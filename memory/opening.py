"""Opens long-term memory and the knowledge base as the settings name them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from config.clock import Clock
from config.settings import Settings
from memory.edge import EdgeIndex
from memory.embeddings import Embedder
from memory.index import VectorIndex
from memory.knowledge import Knowledge
from memory.long_term import LongTermMemory
from memory.reranking import Reranker
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
    async with _following(index, memory.run()):
        yield memory


@asynccontextmanager
async def open_knowledge(
    settings: Settings,
    database: Database,
    organisation_id: int,
    embedder: Embedder,
    clock: Clock,
) -> AsyncIterator[Knowledge]:
    """The knowledge base and the task that keeps its index complete; as open_long_term."""
    index = open_chunk_index(settings)
    reranker = Reranker(settings.reranker) if settings.reranker else None
    knowledge = Knowledge(
        database, organisation_id, index, embedder, clock, settings.retrieval, reranker
    )
    async with AsyncExitStack() as stack:
        if reranker:
            stack.push_async_callback(reranker.aclose)
        await stack.enter_async_context(_following(index, knowledge.indexer.run()))
        yield knowledge


@asynccontextmanager
async def _following(index: VectorIndex, run: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    following = asyncio.create_task(run, name="indexing")
    try:
        yield
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await index.aclose()


def open_index(settings: Settings) -> VectorIndex:
    """Of memories."""
    chosen = settings.long_term
    return _engine(settings, "memory", chosen.collection, chosen.timeout_seconds)


def open_chunk_index(settings: Settings) -> VectorIndex:
    """Of the chunks of documents."""
    chosen = settings.retrieval
    return _engine(settings, "knowledge", chosen.collection, chosen.timeout_seconds)


def _engine(settings: Settings, folder: str, collection: str, timeout_seconds: int) -> VectorIndex:
    if settings.qdrant_url is None:
        return EdgeIndex(settings.data_dir / folder)
    # Imported here: its client takes over a second to load, which the embedded mode does not owe.
    from memory.server import ServerIndex

    key = settings.qdrant_api_key
    return ServerIndex(
        settings.qdrant_url.get_secret_value(), key.get_secret_value() if key else None,
        collection=collection, timeout_seconds=timeout_seconds,
    )  # fmt: skip
