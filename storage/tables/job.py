"""Work that is due at a time: once, or again and again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import OwnedByOrganisation, Table
from storage.types import BigId


class Job(OwnedByOrganisation, Table):
    """`cron` (five fields, the organisation's time zone) repeats it; without one it runs once.
    `due_at` is empty when nothing is to come: done, or switched off."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("organisation_id", "key"),
        Index("ix_jobs_due", "organisation_id", "due_at"),
    )

    key: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    cron: Mapped[str | None] = mapped_column(String(120))
    due_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE")
    )
    created_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class JobExecutor(OwnedByOrganisation, Table):
    """A place for one process that runs jobs. Its number names the process to the workflow engine,
    so that whoever takes the place of a dead one finds what it had begun."""

    __tablename__ = "job_executors"
    __table_args__ = (UniqueConstraint("organisation_id", "slot"),)

    slot: Mapped[int]
    owner: Mapped[str | None] = mapped_column(String(64))
    until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
