"""What the company tells its customers: documents with their versions, and the chunks of the current
ones, by which they are found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class DocumentKind(StrEnum):
    file = "file"
    link = "link"
    faq = "faq"


class ChunkKind(StrEnum):
    text = "text"
    table = "table"
    faq = "faq"


class Category(OwnedByOrganisation, Table):
    """A place in the tree of what the knowledge is about; without a parent, at its top."""

    __tablename__ = "knowledge_categories"
    __table_args__ = (UniqueConstraint("organisation_id", "parent_id", "name"),)

    name: Mapped[str] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("knowledge_categories.id", ondelete="CASCADE")
    )


class Document(OwnedByOrganisation, Table):
    """D-1 in chat. `source` is the file's name, the page's address, or empty for questions that
    were written in the chat. `current` is the version that answers customers (0: none yet);
    `removed_at`, since when none does."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        Index("ix_documents_source", "organisation_id", "kind", "source"),
    )

    number: Mapped[int]
    kind: Mapped[DocumentKind] = mapped_column(words(DocumentKind))
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(2_000), default="")
    category_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("knowledge_categories.id", ondelete="SET NULL")
    )
    current: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class DocumentVersion(OwnedByOrganisation, Table):
    """What a document said at one time, as text that people can read and compare. `version` counts
    from 1; a roll-back makes a new version of an old text. `sha256` is that of what was sent."""

    __tablename__ = "document_versions"
    __table_args__ = (
        UniqueConstraint("document_id", "version"),
        UniqueConstraint("organisation_id", "order_key"),
    )

    document_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    version: Mapped[int]
    order_key: Mapped[str] = mapped_column(String(160))
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(10), default="")
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="SET NULL")
    )
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]


class Chunk(OwnedByOrganisation, Table):
    """A part of a document's current version that can answer a question by itself. `heading` is the
    way of headings that leads to it ("Returns > Shoes"); `question` is set for a pair of question
    and answer, `text` is then the answer. `sha256` (of heading, question and text) tells which ones
    a new version leaves as they are. `indexed_at` is empty while the index has yet to learn it."""

    __tablename__ = "chunks"
    __table_args__ = (
        Index("ix_chunks_document", "document_id", "position"),
        Index("ix_chunks_indexed", "organisation_id", "indexed_at"),
    )

    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("documents.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[ChunkKind] = mapped_column(words(ChunkKind))
    heading: Mapped[str] = mapped_column(String(500), default="")
    question: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    indexed_at: Mapped[datetime | None]
