"""What the revisions share: the columns of every table as they are spelled in Alembic."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def words(name: str, *allowed: str) -> sa.Enum:
    return sa.Enum(*allowed, name=name, native_enum=False, create_constraint=True)


def owned(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table whose rows belong to an organisation."""
    op.create_table(
        name,
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column(
            "organisation_id",
            BIG,
            sa.ForeignKey("organisations.id", ondelete="CASCADE"),
            nullable=False,
        ),
        *parts,
    )
    op.create_index(f"ix_{name}_organisation_id", name, ["organisation_id"])
