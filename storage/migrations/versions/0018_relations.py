"""What the documents tell of products, services and their relations."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, owned, words

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KINDS = ("lists", "contains", "suits", "supports", "excludes", "costs")


def upgrade() -> None:
    owned(
        "knowledge_entities",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    owned(
        "knowledge_relations",
        _id("document_id", "documents"),
        _id("subject_id", "knowledge_entities"),
        _id("object_id", "knowledge_entities"),
        sa.Column("kind", words("relationkind", *_KINDS), nullable=False),
        sa.UniqueConstraint("document_id", "subject_id", "kind", "object_id"),
    )
    for name in ("subject_id", "object_id"):
        op.create_index(f"ix_knowledge_relations_{name}", "knowledge_relations", [name])


def _id(name: str, table: str) -> sa.Column[int]:
    return sa.Column(name, BIG, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def downgrade() -> None:
    for name in ("knowledge_relations", "knowledge_entities"):
        op.drop_table(name)
