"""Queries on documents, their versions and their parts."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select

from storage.repository import Repository
from storage.tables.knowledge import Chunk, Document, DocumentKind, DocumentVersion
from tools.knowledge.errors import DocumentNotFound, VersionNotFound

_REF = re.compile(r"(?:[Dd][-\s]?)?(\d{1,9})")


class DocumentRepository(Repository[Document]):
    async def get(self, ref: str) -> Document:
        """By D-3, d3 or 3, removed or not. Raises DocumentNotFound."""
        number = _REF.fullmatch(ref.strip())
        if number is not None:
            query = self._own().where(Document.number == int(number[1]))
            if (found := await self.one_or_none(query)) is not None:
                return found
        newest = self._own().order_by(Document.number.desc()).limit(1)
        latest = await self.one_or_none(newest)
        raise DocumentNotFound(ref, f"D-{latest.number}" if latest else None)

    async def by_id(self, document_id: int) -> Document:
        return await self.session.get_one(Document, document_id)

    async def by_source(self, kind: DocumentKind, source: str, title: str) -> Document | None:
        """The document that came from there; a question of the chat is known by itself, which is
        its title."""
        query = self._own().where(Document.kind == kind, Document.source == source)
        if not source:
            query = query.where(Document.title == title)
        return await self.one_or_none(query.order_by(Document.id).limit(1))

    async def listed(self, *, removed: bool = False) -> Sequence[Document]:
        """Those that answer, or those that were removed; the oldest first."""
        state = Document.removed_at.is_not(None) if removed else Document.removed_at.is_(None)
        return await self.all(self._own().where(state).order_by(Document.number))

    async def version(self, document: Document, version: int) -> DocumentVersion:
        """Raises VersionNotFound."""
        found: DocumentVersion | None = await self.session.scalar(
            self._versions(document).where(DocumentVersion.version == version)
        )
        if found is None:
            newest = await self.newest(document)
            raise VersionNotFound(f"D-{document.number}", version, newest)
        return found

    async def newest(self, document: Document) -> int:
        """The number of the newest version, 0 before the first."""
        query = select(func.max(DocumentVersion.version))
        query = query.where(DocumentVersion.document_id == document.id)
        return await self.session.scalar(query) or 0

    async def versions(self, document: Document) -> Sequence[DocumentVersion]:
        """The newest first."""
        query = self._versions(document).order_by(DocumentVersion.version.desc())
        return (await self.session.scalars(query)).all()

    async def latest_version_id(self) -> int:
        """Of all documents; 0 before the first version."""
        query = select(func.max(DocumentVersion.id))
        query = query.where(DocumentVersion.organisation_id == self.organisation_id)
        return await self.session.scalar(query) or 0

    async def ordered(self, order_key: str) -> DocumentVersion | None:
        """The version that an order has made already."""
        found: DocumentVersion | None = await self.session.scalar(
            select(DocumentVersion).where(
                DocumentVersion.organisation_id == self.organisation_id,
                DocumentVersion.order_key == order_key,
            )
        )
        return found

    async def chunks(self, document: Document) -> Sequence[Chunk]:
        """Of the current version, in the order of reading."""
        query = select(Chunk).where(Chunk.document_id == document.id)
        return (await self.session.scalars(query.order_by(Chunk.position, Chunk.id))).all()

    async def sizes(self) -> Mapping[int, int]:
        """How many parts each document has, by its id."""
        rows = await self.session.execute(
            select(Chunk.document_id, func.count(Chunk.id))
            .where(Chunk.organisation_id == self.organisation_id)
            .group_by(Chunk.document_id)
        )
        return {row[0]: row[1] for row in rows}

    def _own(self) -> Select[Document]:
        return select(Document).where(Document.organisation_id == self.organisation_id)

    def _versions(self, document: Document) -> Select[DocumentVersion]:
        return select(DocumentVersion).where(DocumentVersion.document_id == document.id)
