"""What the graph of products and services adds to a search: the passages that tell how the things
named in a question are related to others, one step away and no further."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from memory.terms import in_han
from storage.database import ReadSession
from storage.tables.knowledge import Chunk, Document
from storage.tables.relation import Entity, Relation, RelationKind

# A graph with more things than that is not read through for a question.
_MOST_THINGS, _MOST_STEPS, _MOST_CHUNKS = 5_000, 24, 3
_SHORTEST = 2
# People shorten names to their end: "冲刺营" for 雅思 7 分冲刺营, "reading pen" for Chenyu reading pen.
_SHORTEST_END, _FEWEST_WORDS = 3, 2
# A mere price or span of time has nothing said of it, and no section lists it.
_TELLS_OF_IT = or_(
    Relation.subject_id == Entity.id,
    and_(Relation.object_id == Entity.id, Relation.kind == RelationKind.lists),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    subject: str
    object: str
    document_id: int


async def related_chunks(
    session: ReadSession, organisation_id: int, question: str
) -> Sequence[int]:
    """The ids of at most three chunks, those about the longest names first."""
    things = await session.execute(
        select(Entity.id, Entity.name, Entity.key)
        .where(
            Entity.organisation_id == organisation_id,
            select(Relation.id).where(_TELLS_OF_IT).exists(),
        )
        .order_by(Entity.id)
        .limit(_MOST_THINGS)
    )
    asked = " ".join(normalize("NFKC", question).casefold().split())
    named = {row.id for row in things if _names(asked, row.key)}
    if not named:
        return []
    return await _telling(session, organisation_id, await _steps(session, organisation_id, named))


def _names(asked: str, key: str) -> bool:
    if len(key) < _SHORTEST:
        return False
    if key in asked:
        return True
    if in_han(key):
        return len(key) > _SHORTEST_END and key[-_SHORTEST_END:] in asked
    words = key.split()
    return len(words) > _FEWEST_WORDS and " ".join(words[-_FEWEST_WORDS:]) in asked


async def _steps(session: ReadSession, organisation_id: int, named: Collection[int]) -> list[_Step]:
    """What is said of the things themselves; those with longer names come first."""
    subject, object_ = aliased(Entity), aliased(Entity)
    rows = await session.execute(
        select(subject.name, object_.name, Relation.document_id)
        .join(subject, subject.id == Relation.subject_id)
        .join(object_, object_.id == Relation.object_id)
        .where(
            Relation.organisation_id == organisation_id,
            or_(Relation.subject_id.in_(named), Relation.object_id.in_(named)),
        )
        .order_by(func.length(subject.key).desc(), Relation.id)
        .limit(_MOST_STEPS)
    )
    return [_Step(subject=row[0], object=row[1], document_id=row[2]) for row in rows]


async def _telling(
    session: ReadSession, organisation_id: int, steps: Sequence[_Step]
) -> Sequence[int]:
    """The chunks in which both ends of a step are spoken of, where the document says so."""
    found: dict[int, None] = {}
    for step in dict.fromkeys(steps):
        told = await session.scalars(
            select(Chunk.id)
            .join(Document, Document.id == Chunk.document_id)
            .where(
                Chunk.organisation_id == organisation_id,
                Chunk.document_id == step.document_id,
                Document.removed_at.is_(None),
                _speaks_of(step.subject),
                _speaks_of(step.object),
            )
            .order_by(Chunk.id)
            .limit(1)
        )
        found |= dict.fromkeys(told)
        if len(found) >= _MOST_CHUNKS:
            break
    return [*found][:_MOST_CHUNKS]


def _speaks_of(name: str) -> ColumnElement[bool]:
    texts = (Chunk.text, Chunk.question, Chunk.heading, Document.title)
    return or_(*(text.icontains(name, autoescape=True) for text in texts))
