"""What the documents tell of products, services and their relations."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class RelationKind(StrEnum):
    lists = "lists"  # a section has a row about it
    contains = "contains"
    suits = "suits"
    supports = "supports"
    excludes = "excludes"
    costs = "costs"


class Entity(OwnedByOrganisation, Table):
    """A product, a service, or what is said of one. `key` is the name as it is compared."""

    __tablename__ = "knowledge_entities"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(80))


class Relation(OwnedByOrganisation, Table):
    """That `subject` is `kind` to `object`, as the current version of a document says."""

    __tablename__ = "knowledge_relations"
    __table_args__ = (UniqueConstraint("document_id", "subject_id", "kind", "object_id"),)

    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("documents.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("knowledge_entities.id", ondelete="CASCADE"), index=True
    )
    object_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("knowledge_entities.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[RelationKind] = mapped_column(words(RelationKind))
