"""Customers, deals, imports, merges, routing, and files in messages."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON, owned, words
from storage.types import AwareTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _files()
    _customers()
    _imports()
    _merges()
    _profiles()


def downgrade() -> None:
    op.drop_index("ix_leads_merged_into", "leads")
    op.drop_column("leads", "merged_into")
    for name in (
        "staff_profiles", "lead_merges", "lead_import_rows", "lead_imports", "deals", "customers",
        "inbox_files",
    ):  # fmt: skip
        op.drop_table(name)


def _files() -> None:
    owned(
        "inbox_files",
        sa.Column("inbox_id", BIG, sa.ForeignKey("inbox.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_inbox_files_inbox_id", "inbox_files", ["inbox_id"])


def _customers() -> None:
    owned(
        "customers",
        sa.Column("lead_id", BIG, sa.ForeignKey("leads.id", ondelete="CASCADE"), nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("company", sa.String(255)),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    op.create_index("ix_customers_lead_id", "customers", ["lead_id"])
    customer = sa.ForeignKey("customers.id", ondelete="CASCADE")
    owned(
        "deals",
        sa.Column("customer_id", BIG, customer, nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("stage", words("dealstage", "open", "won", "lost"), nullable=False),
        sa.Column("owner_id", BIG, sa.ForeignKey("people.id", ondelete="SET NULL")),
        sa.Column("created_at", AwareTime(), nullable=False),
    )
    op.create_index("ix_deals_customer_id", "deals", ["customer_id"])


def _imports() -> None:
    status = words("importstatus", "draft", "running", "done", "failed", "cancelled", "undone")
    file, person, import_, lead = (
        sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
        for table in ("inbox_files", "people", "lead_imports", "leads")
    )
    owned(
        "lead_imports",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("file_id", BIG, file, nullable=False),
        sa.Column("person_id", BIG, person, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("has_header", sa.Boolean, nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("merged", sa.Integer, nullable=False),
        sa.Column("rejected", JSON, nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("finished_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "number"),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )
    owned(
        "lead_import_rows",
        sa.Column("import_id", BIG, import_, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("lead_id", BIG, lead, nullable=False),
        sa.Column("created", sa.Boolean, nullable=False),
        sa.Column("added", JSON, nullable=False),
        sa.UniqueConstraint("import_id", "row"),
    )
    op.create_index("ix_lead_import_rows_lead_id", "lead_import_rows", ["lead_id"])


def _merges() -> None:
    # A number and no foreign key: SQLite cannot add one without copying the table.
    op.add_column("leads", sa.Column("merged_into", sa.Integer))
    op.create_index("ix_leads_merged_into", "leads", ["organisation_id", "merged_into"])
    owned(
        "lead_merges",
        sa.Column("order_key", sa.String(160), nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("snapshot", JSON, nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.Column("undone_at", AwareTime()),
        sa.UniqueConstraint("organisation_id", "order_key"),
    )


def _profiles() -> None:
    owned(
        "staff_profiles",
        sa.Column("person_id", BIG, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("ends", sa.Integer, nullable=False),
        sa.Column("days", sa.String(7), nullable=False),
        sa.UniqueConstraint("person_id"),
    )
