"""Work on many leads: imports from files, merges of doubles, and who takes which leads."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table, words
from storage.types import BigId


class ImportStatus(StrEnum):
    draft = "draft"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"
    undone = "undone"


class LeadImport(OwnedByOrganisation, Table):
    """I-<number>. `mapping` is a field's column (from 0); `position` rows of `total` are worked
    through, and `rejected` are the others with their reasons."""

    __tablename__ = "lead_imports"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "order_key"),
    )

    number: Mapped[int]
    order_key: Mapped[str] = mapped_column(String(160))
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("inbox_files.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    columns: Mapped[list[str]]
    mapping: Mapped[dict[str, Any]]
    has_header: Mapped[bool]
    status: Mapped[ImportStatus] = mapped_column(words(ImportStatus), default=ImportStatus.draft)
    total: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    merged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def ref(self) -> str:
        return f"I-{self.number}"


class ImportedRow(OwnedByOrganisation, Table):
    """What one row did: a new lead, or `added` values of one that was known."""

    __tablename__ = "lead_import_rows"
    __table_args__ = (UniqueConstraint("import_id", "row"),)

    import_id: Mapped[int] = mapped_column(BigId, ForeignKey("lead_imports.id", ondelete="CASCADE"))
    row: Mapped[int]
    lead_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("leads.id", ondelete="CASCADE"), index=True
    )
    created: Mapped[bool]
    added: Mapped[dict[str, Any]]


class LeadMerge(OwnedByOrganisation, Table):
    """Leads `losers` (numbers) became part of lead `kept`; `snapshot` is how all were before."""

    __tablename__ = "lead_merges"
    __table_args__ = (UniqueConstraint("organisation_id", "order_key"),)

    order_key: Mapped[str] = mapped_column(String(160))
    kept: Mapped[int]
    snapshot: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class StaffProfile(OwnedByOrganisation, Table):
    """What somebody is good at, how many open leads they can have, and when they work: minutes
    of the day on the organisation's clocks, and weekdays as digits (1 is Monday)."""

    __tablename__ = "staff_profiles"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), unique=True
    )
    skills: Mapped[list[str]]
    capacity: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]
    days: Mapped[str] = mapped_column(String(7))
