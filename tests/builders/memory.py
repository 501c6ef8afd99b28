"""Long-term memory for tests: real database and index; the embedder of the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from config.clock import Clock
from config.settings import LongTermSettings
from memory.edge import EdgeIndex
from memory.embeddings import Embedder
from memory.facts import Kept
from memory.index import VectorIndex
from memory.long_term import LongTermMemory
from storage.database import Database
from storage.tables.organisation import Person


def a_long_term(
    database: Database, organisation_id: int, index: VectorIndex, embedder: Embedder, clock: Clock
) -> LongTermMemory:
    return LongTermMemory(
        database, organisation_id, index, embedder, clock=clock, settings=LongTermSettings()
    )


@asynccontextmanager
async def an_edge(folder: Path) -> AsyncIterator[EdgeIndex]:
    index = EdgeIndex(folder)
    yield index
    await index.aclose()


class Teller:
    """One person who states things; every statement is an order of its own."""

    def __init__(self, memory: LongTermMemory, database: Database, person: Person) -> None:
        self.memory = memory
        self.person = person
        self._database = database
        self._count = 0

    async def says(self, text: str) -> Kept:
        self._count += 1
        async with self._database.unit_of_work() as session:
            return await self.memory.keep(
                session, person_id=self.person.id, text=text,
                order_key=f"inbox:{self.person.id}-{self._count}",
            )  # fmt: skip

    async def recalls(self, query: str, *, limit: int = 8, history: bool = False) -> list[str]:
        found = await self.memory.recall(self.person.id, query, limit=limit, history=history)
        return [each.text for each in found]
