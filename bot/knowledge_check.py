"""The doctor's look at the index of documents: is it within reach, and has it what the database says."""

from sqlalchemy.exc import SQLAlchemyError

from bot.findings import Finding
from config.errors import TransientError
from config.settings import Settings
from memory.index import VectorIndex
from memory.knowledge_index import FIRST_PARTS, told_by_organisation, waiting
from memory.opening import open_chunk_index
from storage.database import Database

_PART = "document index"
# More than the indexer leaves between two looks.
_MANY = 100
_REPAIR = (
    "a running service puts it right in some seconds; if it stays so, stop the service and run"
    " `python run_bot.py knowledge reindex`"
)


async def check_chunks(
    settings: Settings, database: Database, index: VectorIndex | None = None
) -> Finding:
    """`index` is the one that this process has open; without it one is opened for the look."""
    try:
        behind, told = await waiting(database), await told_by_organisation(database)
    except (SQLAlchemyError, OSError):
        return Finding(part=_PART, fine=False, seen="unknown", advice="see the database first")
    opened = index or open_chunk_index(settings)
    try:
        # A folder that no document needed yet is not made for the look.
        known = {each: await opened.count(each, FIRST_PARTS) for each in told}
    except TransientError:
        return Finding(
            part=_PART, fine=False, seen="Qdrant cannot be reached",
            advice="check QDRANT_URL and QDRANT_API_KEY; until then documents are found by words only",
        )  # fmt: skip
    finally:
        if index is None:
            await opened.aclose()
    parts, held = sum(told.values()), sum(known.values())
    seen = f"{parts} parts of documents, {held} in the index, {behind} to be indexed"
    if known != told:
        return Finding(part=_PART, fine=False, seen=seen, advice=_REPAIR)
    late = behind >= _MANY
    return Finding(
        part=_PART, fine=not late, seen=seen,
        advice="start the service: it indexes them by itself" if late else "",
    )  # fmt: skip
