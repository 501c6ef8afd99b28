"""The demo's own documents, indexed once and copied for every story that wants them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from config.retrieval import RetrievalSettings
from memory.edge import EdgeIndex
from memory.embeddings import LocalEmbedder
from memory.knowledge import Knowledge
from storage.database import Database
from storage.tables.organisation import Organisation
from tests.fakes.clock import FakeClock
from tools.demo import DEMO
from tools.knowledge.demo.seeding import seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """The demo organisation with its documents: a database and the folder of its index."""

    database: Path
    index: Path

    def copy_to(self, folder: Path) -> Path:
        """The database; the index lies where a service with the data folder `data` looks for it."""
        shutil.copytree(self.index, folder / "data" / "knowledge")
        return Path(shutil.copy(self.database, folder / "huoke.db"))


async def stocked(seeded: Path, folder: Path) -> Stocked:
    """From a copy of `seeded`, the demo organisation without documents."""
    result = Stocked(
        database=Path(shutil.copy(seeded, folder / "huoke.db")), index=folder / "knowledge"
    )
    clock = FakeClock()
    async with Database(f"sqlite+aiosqlite:///{result.database}") as database:
        async with database.reading() as session:
            query = select(Organisation.id).where(Organisation.slug == DEMO)
            organisation_id = (await session.scalars(query)).one()
        await seed(database, organisation_id, clock)
        index = EdgeIndex(result.index)
        knowledge = Knowledge(
            database, organisation_id, index, LocalEmbedder(), clock, RetrievalSettings()
        )
        await knowledge.indexer.reindex_missing()
        await index.aclose()
    return result
