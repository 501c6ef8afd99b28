"""The graph of products, services and their relations, as the current documents tell it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import aliased

from storage.database import ReadSession, Session
from storage.tables.knowledge import Document
from storage.tables.relation import Entity, Relation, RelationKind
from storage.upsert import insert_or_ignore
from tools.knowledge.parsing.text import from_text
from tools.knowledge.relations import Statement, key_of, statements

_MOST_OF_ONE = 300
_AT_ONCE = 500
# "课程" is spoken of in "有哪些课程"; a single letter is in everything.
_SHORTEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`number` is that of the document that says so (D-3)."""

    subject: str
    kind: RelationKind
    object: str
    document_id: int
    number: int


class RelationGraph:
    def __init__(self, session: ReadSession, organisation_id: int) -> None:
        self._session = session
        self._organisation_id = organisation_id

    async def rebuild(self, session: Session, document: Document, text: str) -> None:
        """What the document tells now takes the place of what it told before."""
        found = await asyncio.to_thread(lambda: statements(from_text(text))[:_MOST_OF_ONE])
        await session.execute(delete(Relation).where(Relation.document_id == document.id))
        ids = await self._entities(session, found)
        triples = dict.fromkeys(
            (ids[key_of(each.subject)], each.kind, ids[key_of(each.object)]) for each in found
        )
        session.add_all(
            Relation(
                organisation_id=self._organisation_id, document_id=document.id,
                subject_id=subject, kind=kind, object_id=object_,
            )
            for subject, kind, object_ in triples
        )  # fmt: skip
        await session.flush()
        await self._forget_the_lonely(session)

    async def edges(self, category_ids: Sequence[int] = ()) -> list[Edge]:
        """Everything, or what the documents of these categories tell."""
        query = self._edges()
        if category_ids:
            query = query.where(Document.category_id.in_(category_ids))
        return await self._read(query)

    async def related(self, said: str, *, limit: int = 12) -> list[Edge]:
        """What is told of the things that a text names, those with the longest names first: their
        own relations, and through the sections that list them what stands beside them."""
        text = key_of(said)
        edges = await self.edges()
        keys = {key_of(name) for edge in edges for name in (edge.subject, edge.object)}
        named = {key for key in keys if len(key) >= _SHORTEST and _names(text, key)}
        if not named:
            return []
        direct = [edge for edge in edges if _touches(edge, named)]
        sections = {
            key_of(edge.subject)
            for edge in direct
            if edge.kind is RelationKind.lists and key_of(edge.object) in named
        }
        beside = [
            edge
            for edge in edges
            if edge not in direct
            and edge.kind is RelationKind.lists
            and key_of(edge.subject) in sections
        ]
        direct.sort(key=lambda edge: -max(len(name) for name in named if _touches(edge, {name})))
        return [*direct, *beside][:limit]

    async def _entities(self, session: Session, found: Sequence[Statement]) -> Mapping[str, int]:
        """The ids of all that is named, by key; new ones are made."""
        names = {
            key_of(name): name for each in found for name in (each.object, each.subject)
        }  # fmt: skip
        known = await self._known(session, [*names])
        for key in sorted(names.keys() - known.keys()):
            values = {"organisation_id": self._organisation_id, "key": key, "name": names[key]}
            await insert_or_ignore(session, Entity, values)
        return await self._known(session, [*names])

    async def _known(self, session: Session, keys: Sequence[str]) -> dict[str, int]:
        known: dict[str, int] = {}
        for start in range(0, len(keys), _AT_ONCE):
            rows = await session.execute(
                select(Entity.key, Entity.id).where(
                    Entity.organisation_id == self._organisation_id,
                    Entity.key.in_(keys[start : start + _AT_ONCE]),
                )
            )
            known |= {row[0]: row[1] for row in rows}
        return known

    async def _forget_the_lonely(self, session: Session) -> None:
        """What no document speaks of any more."""
        spoken_of = select(Relation.id).where(
            (Relation.subject_id == Entity.id) | (Relation.object_id == Entity.id)
        )
        await session.execute(
            delete(Entity).where(
                Entity.organisation_id == self._organisation_id, ~spoken_of.exists()
            )
        )

    def _edges(self) -> Select[str, RelationKind, str, int, int]:
        subject, object_ = aliased(Entity), aliased(Entity)
        return (
            select(subject.name, Relation.kind, object_.name, Document.id, Document.number)
            .join(subject, subject.id == Relation.subject_id)
            .join(object_, object_.id == Relation.object_id)
            .join(Document, Document.id == Relation.document_id)
            .where(Relation.organisation_id == self._organisation_id, Document.removed_at.is_(None))
            .order_by(Relation.id)
        )

    async def _read(self, query: Select[str, RelationKind, str, int, int]) -> list[Edge]:
        return [
            Edge(subject=row[0], kind=row[1], object=row[2], document_id=row[3], number=row[4])
            for row in await self._session.execute(query)
        ]


def _names(text: str, key: str) -> bool:
    """Whether a text speaks of it: by its name, or as people shorten it ("点读笔" is the 晨语点读笔,
    "冲刺营" the 雅思 7 分冲刺营)."""
    return key in text or (len(text) >= _SHORTEST and text in key)


def _touches(edge: Edge, named: set[str]) -> bool:
    return key_of(edge.subject) in named or key_of(edge.object) in named
