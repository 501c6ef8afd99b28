"""When a customer has left, and where an organisation keeps playbooks of its own."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from config.section import Section


class VisitSettings(Section):
    """A visit lasts as long as its customer says something from time to time."""

    idle: timedelta = Field(
        default=timedelta(minutes=30),
        gt=timedelta(0),
        description="of silence; then they have left",
    )
    watch_every: timedelta = Field(default=timedelta(minutes=1), ge=timedelta(seconds=1))


class PlaybookSettings(Section):
    """Playbooks of its own stand in the place of shipped ones with the same name."""

    folder: Path | None = Field(default=None, description="by default `playbooks` in DATA_DIR")
