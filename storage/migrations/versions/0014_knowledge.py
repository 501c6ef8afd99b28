"""The knowledge base: documents, their versions, and the chunks of the current ones."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, owned, words
from storage.types import AwareTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owned(
        "knowledge_categories",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("parent_id", BIG, sa.ForeignKey("knowledge_categories.id", ondelete="CASCADE")),
        sa.UniqueConstraint("organisation_id", "parent_id", "name"),
    )
    category = sa.ForeignKey("knowledge_categories.id", ondelete="SET NULL")
    owned(
        "documents",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", words("documentkind", "file", "link", "faq"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("source", sa.String(2_000), nullable=False),
        sa.Column("category_id", BIG, category),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("removed_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "number"),
    )
    op.create_index("ix_documents_source", "documents", ["organisation_id", "kind", "source"])
    _versions()
    _chunks()


def _versions() -> None:
    document = sa.ForeignKey("documents.id", ondelete="CASCADE")
    owned(
        "document_versions",
        sa.Column("document_id", BIG, document, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("document_id", "version"),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_document_versions_document_id", "document_versions", ["document_id"])


def _chunks() -> None:
    document = sa.ForeignKey("documents.id", ondelete="CASCADE")
    owned(
        "chunks",
        sa.Column("document_id", BIG, document, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", words("chunkkind", "text", "table", "faq"), nullable=False),
        sa.Column("heading", sa.String(500), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("indexed_at", AwareTime()),
    )
    op.create_index("ix_chunks_document", "chunks", ["document_id", "position"])
    op.create_index("ix_chunks_indexed", "chunks", ["organisation_id", "indexed_at"])


def downgrade() -> None:
    for name in ("chunks", "document_versions", "documents", "knowledge_categories"):
        op.drop_table(name)
