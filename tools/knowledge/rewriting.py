"""The parts of a document follow its text: what a new version leaves as it is keeps its row, and
with it its place in the index."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import delete, select

from config.i18n.detect import detect
from storage.database import Session
from storage.tables.knowledge import Chunk, ChunkKind, Document
from tools.knowledge.chunking import pieces
from tools.knowledge.parsing.text import from_text

_HEADING = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A chunk to be."""

    kind: ChunkKind
    heading: str
    question: str
    text: str
    language: str

    @property
    def sha256(self) -> str:
        words = f"{self.heading}\0{self.question}\0{self.text}"
        return sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """How many parts there are now, and how many of them the index has to learn."""

    parts: int
    fresh: int


async def parts_of(text: str) -> list[Part]:
    """What a version's text is divided into: the same text gives the same parts."""
    return await asyncio.to_thread(_parts, text)


async def rewrite(session: Session, document: Document, parts: Sequence[Part]) -> Rewritten:
    """Only what differs is written; the others change at most their position."""
    known = defaultdict[str, list[Chunk]](list)
    query = select(Chunk).where(Chunk.document_id == document.id).order_by(Chunk.position.desc())
    for row in await session.scalars(query):
        known[row.sha256].append(row)
    fresh = []
    for position, part in enumerate(parts):
        if alike := known[part.sha256]:
            row = alike.pop()
            row.position, row.kind = position, part.kind
        else:
            fresh.append(_row(document, position, part))
    gone = [row.id for rows in known.values() for row in rows]
    if gone:
        await session.execute(delete(Chunk).where(Chunk.id.in_(gone)))
    session.add_all(fresh)
    await session.flush()
    return Rewritten(parts=len(parts), fresh=len(fresh))


def _row(document: Document, position: int, part: Part) -> Chunk:
    return Chunk(
        organisation_id=document.organisation_id, document_id=document.id, position=position,
        kind=part.kind, heading=part.heading, question=part.question, text=part.text,
        language=part.language, sha256=part.sha256, indexed_at=None,
    )  # fmt: skip


def _parts(text: str) -> list[Part]:
    parsed = from_text(text)
    return [
        Part(
            kind=piece.kind, heading=piece.heading[:_HEADING], question=piece.question,
            text=piece.text, language=_language(f"{piece.question} {piece.text}", parsed.language or ""),
        )
        for piece in pieces(parsed)
    ]  # fmt: skip


def _language(words: str, otherwise: str) -> str:
    """Of the part itself: a document may speak two languages."""
    found = detect(words)
    return found.value if found else otherwise
