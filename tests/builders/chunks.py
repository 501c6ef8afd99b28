"""Documents and their chunks as the index finds them: written into the database, without parsing."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import delete

from config.clock import Clock, SystemClock
from config.retrieval import RetrievalSettings
from memory.embeddings import Embedder
from memory.index import VectorIndex
from memory.knowledge import Knowledge, Passage
from storage.database import Database, Session
from storage.tables.knowledge import Category, Chunk, ChunkKind, Document, DocumentKind
from tests.builders.organisation import CREATED


def a_knowledge(
    database: Database, organisation_id: int, index: VectorIndex, embedder: Embedder, clock: Clock
) -> Knowledge:
    return Knowledge(database, organisation_id, index, embedder, clock, RetrievalSettings())


async def a_category(session: Session, organisation_id: int, name: str = "Returns") -> int:
    row = Category(organisation_id=organisation_id, name=name)
    session.add(row)
    await session.flush()
    return row.id


async def a_document(
    session: Session, organisation_id: int, *texts: str, number: int = 1, title: str = "",
    category_id: int | None = None, language: str = "",
) -> Document:  # fmt: skip
    """Its first version, with a chunk for each text; "question? => answer" is a pair of both."""
    row = Document(
        organisation_id=organisation_id, number=number, kind=DocumentKind.file, title=title,
        category_id=category_id, current=1, created_at=CREATED,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await chunks_of(session, row, *texts, language=language)
    return row


async def chunks_of(
    session: Session, document: Document, *texts: str, language: str = ""
) -> list[Chunk]:
    rows = []
    for position, text in enumerate(texts):
        question, _, answer = text.rpartition(" => ")
        rows.append(
            Chunk(
                organisation_id=document.organisation_id, document_id=document.id,
                position=position, kind=ChunkKind.faq if question else ChunkKind.text,
                question=question, text=answer, language=language,
                sha256=sha256(text.encode()).hexdigest(),
            )
        )  # fmt: skip
    session.add_all(rows)
    await session.flush()
    return rows


def texts(passages: Sequence[Passage]) -> list[str]:
    return [each.text for each in passages]


class Chunks:
    """Adds documents of an organisation as tools do: a transaction each."""

    def __init__(self, database: Database, organisation_id: int) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._count = 0

    async def adds(self, *texts: str, title: str = "", category_id: int | None = None,
                   language: str = "") -> int:  # fmt: skip
        self._count += 1
        async with self._database.unit_of_work() as session:
            row = await a_document(
                session, self._organisation_id, *texts, number=self._count, title=title,
                category_id=category_id, language=language,
            )  # fmt: skip
            return row.id

    async def removes(self, document_id: int) -> None:
        async with self._database.unit_of_work() as session:
            row = await session.get_one(Document, document_id)
            row.removed_at = SystemClock().now()

    async def rewrites(self, document_id: int, *texts: str) -> None:
        async with self._database.unit_of_work() as session:
            await session.execute(delete(Chunk).where(Chunk.document_id == document_id))
            row = await session.get_one(Document, document_id)
            row.current += 1
            await chunks_of(session, row, *texts)
