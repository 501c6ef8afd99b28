"""Documents and their chunks as the index finds them: written into the database, without parsing."""

from collections.abc import Sequence
from hashlib import sha256

from config.clock import Clock
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
